/** Waits by the monotonic clock, which a change of the device's date does not move. */

const LONGEST_TIMER = 2 ** 31 - 1;
const LONGEST_FRAME = 250;

/**
 * Waits for what is rung, or for a time to pass. A ring that nobody waits for is remembered.
 */
export class Bell {
  #rung = false;
  #hear = () => {};

  ring() {
    this.#rung = true;
    this.#hear();
  }

  /** Waits for a ring, at most some milliseconds, which may be Infinity. */
  async within(milliseconds) {
    if (!this.#rung) {
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, Math.min(milliseconds, LONGEST_TIMER));
        this.#hear = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#rung = false;
  }
}

export function sleep(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** What a promise gives, or an error if that takes longer than some milliseconds. */
export async function within(milliseconds, what, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    const error = new Error(`${what} took longer than ${milliseconds / 1000} s.`);
    timer = setTimeout(() => reject(error), milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits for the next frame; a page that is hidden has none and goes on all the same. */
export function nextFrame() {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, LONGEST_FRAME);
    requestAnimationFrame(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
