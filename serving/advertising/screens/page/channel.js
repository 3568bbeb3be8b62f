/** The screen's connection to the gateway: its state now, then news of it. */

import { Backoff, LONGEST } from "./backoff.js";
import { followTopic } from "./mqtt_channel.js";
import { followEvents } from "./sse_channel.js";
import { sleep } from "./timing.js";

export class Channel {
  #gateway;
  #session;
  #onState;
  #backoff = new Backoff();

  /**
   * @param {Gateway} gateway
   * @param {string} session UUID of this page.
   * @param {(document: any, asked: boolean) => void} onState Called with each document, and
   *     whether it was asked for.
   */
  constructor(gateway, session, onState) {
    this.#gateway = gateway;
    this.#session = session;
    this.#onState = onState;
    this.connected = false;
  }

  /** Asks for the state and follows it, again and again. */
  async run() {
    for (;;) {
      const error = await this.#follow().catch((error) => error);
      this.connected = false;
      console.info(`The connection to the gateway ended. ${error ?? ""}`);
      await sleep(this.#backoff.next(error));
    }
  }

  /** A connection resets the back-off only if it held for longer than the longest wait. */
  async #follow() {
    this.#onState(await this.#gateway.state(), true);
    const channel = await this.#gateway.channel();
    const since = performance.now();
    this.connected = true;
    try {
      await this.#news(channel, (document) => this.#onState(document, false));
    } finally {
      if (performance.now() - since > LONGEST) this.#backoff.reset();
    }
  }

  #news(channel, onState) {
    return channel.kind === "mqtt"
      ? followTopic(channel, this.#gateway.token, this.#session, onState)
      : followEvents(this.#gateway, onState);
  }
}
