/** Plays that the gateway does not have yet, on the screen's own disk. */

import { result } from "./database.js";

const LONGEST = 50_000;
const MOST_PUT_ASIDE = 1_000;

async function leastWanted(plays) {
  return (await result(plays.index("completed").getKey(0))) ?? (await firstKey(plays));
}

function firstKey(store) {
  return result(store.getKey(IDBKeyRange.lowerBound(0)));
}

export class PlayQueue {
  #database;
  #length;
  #longest;
  #dropped = 0;

  constructor(database, length, longest) {
    this.#database = database;
    this.#length = length;
    this.#longest = longest;
  }

  /**
   * @param {Database} database
   * @param {number} longest Plays that are kept; then the oldest that was cut off goes, or else the
   *     oldest.
   */
  static async open(database, longest = LONGEST) {
    return new PlayQueue(database, await result(database.store("plays").count()), longest);
  }

  get length() {
    return this.#length;
  }

  /**
   * Keeps a play.
   *
   * @param {string} screen Id of the screen that it is a play of: a device may become another.
   * @param {object} play
   */
  async add(screen, play) {
    const full = this.#length >= this.#longest;
    await this.#database.change(["plays"], async (plays) => {
      if (full) await result(plays.delete(await leastWanted(plays)));
      await result(plays.add({ screen, completed: Number(play.completed), play }));
    });
    if (!full) this.#length += 1;
    else console.error(`The queue of plays is full: ${(this.#dropped += 1)} were dropped.`);
  }

  /** The oldest entries of a screen, at most `count`. */
  oldest(screen, count) {
    return result(this.#database.store("plays").index("screen").getAll(screen, count));
  }

  async remove(entries) {
    await this.#database.change(["plays"], (plays) =>
      Promise.all(entries.map(({ number }) => result(plays.delete(number)))),
    );
    this.#length -= entries.length;
  }

  /** Moves a play that the gateway refuses to where it is in nobody's way. */
  async putAside({ number, play }, reason) {
    await this.#database.change(["plays", "put_aside"], async (plays, aside) => {
      await result(plays.delete(number));
      await result(aside.add({ play, reason }));
      if ((await result(aside.count())) > MOST_PUT_ASIDE) {
        await result(aside.delete(await firstKey(aside)));
      }
    });
    this.#length -= 1;
  }
}
