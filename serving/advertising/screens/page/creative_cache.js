/** Creatives on the screen's own disk. */

import { Backoff } from "./backoff.js";
import { chunks } from "./byte_stream.js";
import { Bell } from "./timing.js";

const SILENCE = 45_000;

async function sha256(blob) {
  const digest = await crypto.subtle.digest("SHA-256", await blob.arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class CreativeCache {
  #database;
  #gateway;
  #onChange;
  #cached;
  #wanted = [];
  #bell = new Bell();
  #backoff = new Backoff();

  constructor(database, gateway, onChange, cached) {
    this.#database = database;
    this.#gateway = gateway;
    this.#onChange = onChange;
    this.#cached = new Set(cached);
  }

  /**
   * @param {() => void} onChange Called when a creative has come or gone.
   */
  static async open(database, gateway, onChange) {
    return new CreativeCache(database, gateway, onChange, await database.keys("creatives"));
  }

  get size() {
    return this.#cached.size;
  }

  has(creative) {
    return this.#cached.has(creative);
  }

  blob(creative) {
    return this.#database.get("creatives", creative);
  }

  /** Has `run` fetch items, in this order, and drop all others. */
  want(items) {
    this.#wanted = items;
    this.#bell.ring();
  }

  /** Drops a creative whose bytes are damaged, so that it is fetched again. */
  async verify(creative) {
    const actual = await this.blob(creative).then(sha256).catch(() => null);
    if (actual === creative) return;
    console.warn(`Creative ${creative} is damaged on this screen's disk.`);
    await this.#drop(creative);
    this.#bell.ring();
  }

  /** Keeps what is cached as it is wanted. */
  async run() {
    for (;;) {
      await this.#bell.within(Infinity);
      while (!(await this.#synchronize())) {
        await this.#bell.within(this.#backoff.next());
      }
      this.#backoff.reset();
    }
  }

  /** Whether all that is wanted is cached. */
  async #synchronize() {
    const wanted = new Set(this.#wanted.map((item) => item.creative));
    const tried = new Set();
    try {
      for (const creative of this.#cached) {
        if (!wanted.has(creative)) await this.#drop(creative);
      }
    } catch (error) {
      console.error("A creative cannot be dropped.", error);
    }
    for (let item; (item = this.#missing(tried)); tried.add(item.creative)) {
      await this.#add(item).catch((error) => {
        console.error(`Creative ${item.creative} (${item.name}) cannot be cached.`, error);
      });
    }
    return !this.#missing(new Set());
  }

  #missing(tried) {
    return this.#wanted.find(({ creative }) => !this.has(creative) && !tried.has(creative));
  }

  async #add(item) {
    const parts = [];
    for await (const chunk of chunks(await this.#gateway.creative(item.creative), SILENCE)) {
      parts.push(chunk);
    }
    const blob = new Blob(parts, { type: item.media_type });
    const actual = await sha256(blob);
    if (actual !== item.creative) throw new Error(`Its bytes have the SHA-256 ${actual}.`);
    await this.#database.put("creatives", item.creative, blob);
    this.#cached.add(item.creative);
    this.#onChange();
  }

  async #drop(creative) {
    await this.#database.remove("creatives", creative);
    this.#cached.delete(creative);
    this.#onChange();
  }
}
