/** Server-sent events from the bytes of a stream, as the HTML standard reads them. */

const FIELD = /^([^:]+)(?:: ?(.*))?$/s;

export class SseParser {
  #decoder = new TextDecoder();
  #line = "";
  #afterReturn = false;
  #event = "";
  #data = [];

  /**
   * The events that end in a chunk, which may be cut anywhere.
   *
   * @param {Uint8Array} bytes
   * @returns {{event: string, data: string}[]}
   */
  feed(bytes) {
    const lines = (this.#line + this.#withoutSplitEnd(bytes)).split(/\r\n|\n|\r/);
    this.#line = lines.pop();
    return lines.map((line) => this.#take(line)).filter(Boolean);
  }

  /** A chunk's text; the line feed of a line end that was cut in two counts no second time. */
  #withoutSplitEnd(bytes) {
    const text = this.#decoder.decode(bytes, { stream: true });
    if (!text) return text;
    const cut = this.#afterReturn && text.startsWith("\n");
    this.#afterReturn = text.endsWith("\r");
    return cut ? text.slice(1) : text;
  }

  #take(line) {
    if (!line) return this.#dispatch();
    const [, field, value = ""] = FIELD.exec(line) ?? [];
    if (field === "event") this.#event = value;
    if (field === "data") this.#data.push(value);
    return null;
  }

  #dispatch() {
    const [event, data] = [this.#event || "message", this.#data];
    this.#event = "";
    this.#data = [];
    return data.length ? { event, data: data.join("\n") } : null;
  }
}
