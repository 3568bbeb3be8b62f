/** The server's time, from the monotonic clock and from how far that is off. */

const SAMPLES = 8;

/**
 * Of the last 8 answers that gave the server's time, the one with the shortest round trip counts.
 * Until there is one, the device's own date does.
 */
export class ServerClock {
  #samples = [];

  /**
   * Takes an answer with the server's time.
   *
   * @param {number} sent When it was asked for, by performance.now().
   * @param {number} received When it was there, by performance.now().
   * @param {number} serverTime Milliseconds since the epoch.
   */
  measured(sent, received, serverTime) {
    const ahead = serverTime - (sent + received) / 2;
    this.#samples.push({ roundTrip: received - sent, ahead });
    this.#samples.splice(0, this.#samples.length - SAMPLES);
  }

  /** The server's time, whole milliseconds since the epoch, at a time of performance.now(). */
  at(time) {
    return Math.round(time + this.#ahead());
  }

  now() {
    return this.at(performance.now());
  }

  /** Milliseconds by which the server is ahead of the device's date. */
  get offset() {
    return this.now() - Date.now();
  }

  #ahead() {
    if (!this.#samples.length) return Date.now() - performance.now();
    return this.#samples.reduce((best, next) => (next.roundTrip < best.roundTrip ? next : best))
      .ahead;
  }
}
