/** Tells the gateway what this screen does, and learns the server's time from its answers. */

import { Backoff } from "./backoff.js";
import { Bell, sleep } from "./timing.js";

const INTERVAL = 30_000;

export class Presence {
  #gateway;
  #clock;
  #describe;
  #bell = new Bell();
  #backoff = new Backoff();

  /**
   * @param {Gateway} gateway
   * @param {ServerClock} clock
   * @param {() => object} describe What there is to tell now.
   */
  constructor(gateway, clock, describe) {
    this.#gateway = gateway;
    this.#clock = clock;
    this.#describe = describe;
  }

  /** Has `run` tell at once. */
  announce() {
    this.#bell.ring();
  }

  /** Tells every 30 s, and whenever there is something new. */
  async run() {
    for (;;) {
      await this.#bell.within(INTERVAL);
      try {
        await this.#tell();
        this.#backoff.reset();
      } catch (error) {
        console.info("The gateway does not know what this screen does.", error);
        await sleep(this.#backoff.next(error));
      }
    }
  }

  async #tell() {
    const sent = performance.now();
    const { server_time } = await this.#gateway.sendPresence(this.#describe());
    this.#clock.measured(sent, performance.now(), server_time);
  }
}
