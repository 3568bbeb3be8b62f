/** Proof of play on its way to the gateway. */

import { Backoff } from "./backoff.js";
import { Bell, sleep } from "./timing.js";

const BATCH = 100;
const REFUSED = new Set([400, 413, 422]);

export class PlayDelivery {
  #queue;
  #gateway;
  #screen = null;
  #bell = new Bell();
  #backoff = new Backoff();

  constructor(queue, gateway) {
    this.#queue = queue;
    this.#gateway = gateway;
  }

  /**
   * Has `run` send what is in the queue.
   *
   * @param {string} screen Id of the screen whose token is used.
   */
  deliver(screen = this.#screen) {
    this.#screen = screen;
    this.#bell.ring();
  }

  /** Sends plays, the oldest first; each stays in the queue until the gateway is done with it. */
  async run() {
    for (;;) {
      await this.#bell.within(Infinity);
      for (let error; (error = await this.#sendAll().catch((error) => error)); ) {
        console.warn("Plays wait to be sent.", error);
        await sleep(this.#backoff.next(error));
      }
      this.#backoff.reset();
    }
  }

  async #sendAll() {
    if (this.#screen === null) return;
    for (let entries; (entries = await this.#queue.oldest(this.#screen, BATCH)).length; ) {
      await this.#send(entries);
    }
  }

  /** Sends a batch; one that is refused as a whole is halved until the bad play stands alone. */
  async #send(entries) {
    try {
      await this.#settle(entries, await this.#gateway.sendPlays(entries.map(({ play }) => play)));
    } catch (error) {
      if (!REFUSED.has(error.status)) throw error;
      if (entries.length === 1) {
        console.error("A play is put aside.", error);
        await this.#queue.putAside(entries[0], error.message);
        return;
      }
      const middle = entries.length >> 1;
      await this.#send(entries.slice(0, middle));
      await this.#send(entries.slice(middle));
    }
  }

  async #settle(entries, answer) {
    const reasons = new Map(answer.put_aside.map(({ id, reason }) => [id, reason]));
    const settled = new Set([...answer.stored, ...reasons.keys()]);
    const done = entries.filter(({ play }) => settled.has(play.id));
    if (!done.length) throw new Error("The gateway names none of the plays that it was sent.");
    if (reasons.size) console.error("The gateway put plays aside.", Object.fromEntries(reasons));
    await this.#queue.remove(done);
  }
}
