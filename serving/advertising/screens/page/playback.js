/** Plays one turn after the other, and proves each. */

import { Bell } from "./timing.js";

const TICK = 1_000;

export class Playback {
  #stage;
  #order;
  #cache;
  #clock;
  #onStart;
  #onEnd;
  #bell = new Bell();
  #playing = null;
  #due = null;
  #failed = false;
  #leaving = false;

  /**
   * @param {Stage} stage
   * @param {PlaybackOrder} order
   * @param {CreativeCache} cache
   * @param {ServerClock} clock
   * @param {object} events `onStart(turn)` is called as a turn begins, `onEnd(screen, play)` with
   *     the proof of an item that is over; it returns a promise that the proof is kept.
   */
  constructor(stage, order, cache, clock, { onStart, onEnd }) {
    this.#stage = stage;
    this.#order = order;
    this.#cache = cache;
    this.#clock = clock;
    this.#onStart = onStart;
    this.#onEnd = onEnd;
    this.scene = "idle";
  }

  /** What plays, as the gateway is told of it, or null. */
  get playing() {
    if (!this.#playing) return null;
    const { item, decision, start } = this.#playing;
    return {
      creative: item.creative,
      campaign: item.campaign,
      decision_id: decision,
      started_at: this.#clock.at(start),
    };
  }

  /** Has `run` look at the order again. */
  wake() {
    this.#bell.ring();
  }

  /** Notes that what plays cannot go on. */
  fail() {
    this.#failed = true;
    this.#bell.ring();
  }

  /** Has `run` return when what plays has ended. */
  leave() {
    this.#leaving = true;
    this.#bell.ring();
  }

  async run() {
    while (!this.#leaving) {
      const turn = this.#next();
      if (!(await this.#isReady(turn))) continue;
      await this.#show(turn);
      this.#finish();
      this.#begin(turn);
      await this.#hold(turn);
    }
    await this.#finish();
  }

  #next() {
    return this.#order.next(this.#clock.now());
  }

  /** Whether a turn's item can be seen at once; one that cannot is left out. */
  async #isReady({ item }) {
    if (!item) return true;
    try {
      await this.#stage.prepare(item);
      return true;
    } catch (error) {
      this.#leaveOut(item, error);
      return false;
    }
  }

  #leaveOut(item, error) {
    console.error(`Creative ${item.creative} (${item.name}) cannot be shown.`, error);
    this.#order.leaveOut(item);
    this.#cache.verify(item.creative).catch(console.error);
  }

  async #show({ scene, item, text }) {
    if (item) await this.#stage.show(item);
    else if (scene === "override") this.#stage.announce(text);
    else if (scene === "idle") this.#stage.showIdle(text);
    else this.#stage.showBlack();
  }

  #begin(turn) {
    const start = performance.now();
    this.scene = turn.scene;
    this.#failed = false;
    this.#playing = turn.item && {
      item: turn.item,
      decision: turn.decision ?? null,
      screen: this.#order.state.screen,
      scheduled: Math.min(this.#due ?? start, start),
      start,
      proved: turn.scene === "item",
    };
    this.#due = turn.scene === "item" ? start + turn.item.seconds * 1000 : null;
    this.#order.began(turn);
    this.#onStart(turn);
  }

  /** Proves what played until now. */
  #finish() {
    const playing = this.#playing;
    this.#playing = null;
    if (!playing?.proved) return null;
    const { item, decision, screen, scheduled, start } = playing;
    const [end, length] = [performance.now(), item.seconds * 1000];
    return this.#onEnd(screen, {
      id: crypto.randomUUID(),
      creative: item.creative,
      campaign: item.campaign,
      decision_id: decision,
      scheduled_start: this.#clock.at(scheduled),
      scheduled_end: this.#clock.at(scheduled + length),
      actual_start: this.#clock.at(start),
      actual_end: this.#clock.at(end),
      completed: end - start >= length,
    });
  }

  async #hold(turn) {
    if (turn.scene === "item") await this.#playOut(turn.item);
    else await this.#last(turn);
  }

  /** Waits until an item has ended, or is cut off by an override, and gets the next one ready. */
  async #playOut(item) {
    for (let left; (left = this.#due - performance.now()) > 0; ) {
      if (this.#failed) return this.#leaveOut(item, "It failed while it was seen.");
      const next = this.#next();
      if (next.scene === "override" && (await this.#isReady(next))) return;
      if (next.scene === "item") this.#stage.prepare(next.item).catch(() => {});
      await this.#bell.within(left);
    }
  }

  async #last(turn) {
    while (!this.#leaving && this.#order.holds(turn, this.#clock.now())) {
      if (this.#failed) return this.#leaveOut(turn.item, "It failed while it was seen.");
      await this.#bell.within(TICK);
    }
  }
}
