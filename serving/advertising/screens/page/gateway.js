/** The gateway's answers to this screen. */

const LONGEST_ANSWER = 15_000;

export class GatewayError extends Error {
  /**
   * @param {number} status HTTP status.
   * @param {string} detail What the gateway said.
   * @param {number} retryAfter Seconds that it wants to be left alone.
   */
  constructor(status, detail, retryAfter) {
    super(`The gateway answered ${status}: ${detail}`);
    this.status = status;
    this.retryAfter = retryAfter;
  }

  static async of(response) {
    const body = await response.json().catch(() => ({}));
    const seconds = Number(response.headers.get("Retry-After"));
    return new GatewayError(response.status, body.detail, seconds > 0 ? seconds : 0);
  }
}

export class Gateway {
  #token;
  #onRefusal;

  /**
   * @param {string} token The screen's token.
   * @param {(refused: boolean) => void} onRefusal Told at each answer whether the token was
   *     refused.
   */
  constructor(token, onRefusal) {
    this.#token = token;
    this.#onRefusal = onRefusal;
  }

  get token() {
    return this.#token;
  }

  state() {
    return this.#json("/v1/screens/me");
  }

  channel() {
    return this.#json("/v1/screens/me/channel");
  }

  /** A stream of server-sent events. */
  events() {
    return this.#stream("/v1/screens/me/events");
  }

  /** A stream of a creative's bytes. */
  creative(sha256) {
    return this.#stream(`/v1/creatives/${sha256}`);
  }

  sendPlays(plays) {
    return this.#json("/v1/screens/me/plays", { plays });
  }

  sendPresence(presence) {
    return this.#json("/v1/screens/me/presence", presence);
  }

  async #json(path, body) {
    const options = { signal: AbortSignal.timeout(LONGEST_ANSWER) };
    if (body !== undefined) {
      options.method = "POST";
      options.body = JSON.stringify(body);
      options.headers = { "Content-Type": "application/json" };
    }
    return (await this.#fetch(path, options)).json();
  }

  async #stream(path) {
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), LONGEST_ANSWER);
    try {
      return (await this.#fetch(path, { signal: controller.signal })).body;
    } finally {
      clearTimeout(timer);
    }
  }

  async #fetch(path, options) {
    const headers = { ...options.headers, Authorization: `Bearer ${this.#token}` };
    const response = await fetch(path, { ...options, headers, cache: "no-store" });
    this.#onRefusal(response.status === 401);
    if (!response.ok) throw await GatewayError.of(response);
    return response;
  }
}
