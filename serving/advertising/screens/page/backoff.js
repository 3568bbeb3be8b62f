/** Waiting longer after each failure, by chance, so that many screens do not come back at once. */

const SHORTEST = 1_000;

export const LONGEST = 60_000;

/** Exponential back-off with full jitter. */
export class Backoff {
  #failures = 0;
  #random;

  /**
   * @param {() => number} random Numbers in [0, 1).
   */
  constructor(random = Math.random) {
    this.#random = random;
  }

  /**
   * Milliseconds to wait after a failure: from none to 1 s after the first, twice as much after
   * each more, up to 60 s. They begin after the `Retry-After` of an error that has one.
   */
  next(error) {
    const ceiling = Math.min(LONGEST, SHORTEST * 2 ** this.#failures);
    this.#failures += 1;
    return (error?.retryAfter ?? 0) * 1000 + this.#random() * ceiling;
  }

  reset() {
    this.#failures = 0;
  }
}
