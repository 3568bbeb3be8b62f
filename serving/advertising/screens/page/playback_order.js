/** What is to be shown next: override, off hours, decision, playlist, in this order. */

import { OffHours } from "./off_hours.js";

const LEFT_OUT = 600_000;

const NOTHING_TOLD = "This screen waits for its gateway.";

/**
 * @typedef {object} Turn
 * @property {"override"|"off_hours"|"item"|"idle"} scene
 * @property {object|null} item What plays.
 * @property {string} [text] What is written where nothing plays.
 * @property {string} [override] Id of the override that it is.
 * @property {string|null} [decision] Id of the decision that it plays for.
 * @property {number} [position] Its place in the playlist.
 */

export class PlaybackOrder {
  #cache;
  #state = null;
  #offHours = null;
  #playedDecision;
  #position = -1;
  #leftOut = new Map();

  /**
   * @param {{has: (creative: string) => boolean}} cache Creatives that are at hand.
   * @param {string|undefined} playedDecision Id of the decision that was played last.
   */
  constructor(cache, playedDecision) {
    this.#cache = cache;
    this.#playedDecision = playedDecision;
  }

  get state() {
    return this.#state;
  }

  /** Goes by a new state; the playlist goes on after what was played last, if that is still in. */
  update(state) {
    const last = this.#state?.playlist[this.#position]?.creative;
    if (state.playlist[this.#position]?.creative !== last) {
      this.#position = state.playlist.findIndex(({ creative }) => creative === last);
    }
    this.#state = state;
    this.#offHours = new OffHours(state.off_hours);
  }

  /**
   * The turn that comes next.
   *
   * @param {number} now The server's time, milliseconds since the epoch.
   * @returns {Turn}
   */
  next(now) {
    if (!this.#state) return { scene: "idle", item: null, text: NOTHING_TOLD };
    return (
      this.#override() ??
      this.#blackness(now) ??
      this.#decision(now) ??
      this.#ofPlaylist() ??
      this.#notice()
    );
  }

  /** Whether a turn that lasts, as an override does, is still the one to be shown. */
  holds({ scene, override, text }, now) {
    const next = this.next(now);
    return next.scene === scene && next.override === override && next.text === text;
  }

  /** Notes that a turn has begun. */
  began({ decision, position }) {
    if (decision) this.#playedDecision = decision;
    if (position !== undefined) this.#position = position;
  }

  /** Leaves a creative that cannot be shown out for ten minutes. */
  leaveOut({ creative }) {
    this.#leftOut.set(creative, performance.now() + LEFT_OUT);
  }

  #override() {
    const { override } = this.#state;
    if (!override) return null;
    const { id, text, item } = override;
    if (text) return { scene: "override", item: null, text, override: id };
    return item && this.#canShow(item) ? { scene: "override", item, override: id } : null;
  }

  #blackness(now) {
    return this.#offHours.contains(now) ? { scene: "off_hours", item: null } : null;
  }

  #decision(now) {
    const { decision } = this.#state;
    if (!decision || decision.id === this.#playedDecision || decision.expires_at <= now) return null;
    if (!this.#canShow(decision.item)) return null;
    return { scene: "item", item: decision.item, decision: decision.id };
  }

  #ofPlaylist() {
    const { playlist } = this.#state;
    for (let step = 1; step <= playlist.length; step += 1) {
      const position = (this.#position + step) % playlist.length;
      const item = playlist[position];
      if (this.#canShow(item)) return { scene: "item", item, decision: null, position };
    }
    return null;
  }

  #notice() {
    const { text, url } = this.#state.notice;
    return { scene: "idle", item: null, text: [text, url].filter(Boolean).join("\n\n") };
  }

  #canShow({ creative }) {
    const until = this.#leftOut.get(creative) ?? 0;
    if (until > performance.now()) return false;
    this.#leftOut.delete(creative);
    return this.#cache.has(creative);
  }
}
