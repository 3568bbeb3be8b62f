/** What is to be seen: two players, of which one gets ready beneath the other, and texts. */

import { Player } from "./player.js";
import { nextFrame } from "./timing.js";

const LARGEST_TEXT = 16;
const SMALLEST_TEXT = 2;

/** Sets a text as large as its layer allows. */
function fit(paragraph) {
  const layer = paragraph.parentElement;
  for (let size = LARGEST_TEXT; size >= SMALLEST_TEXT; size *= 0.94) {
    paragraph.style.fontSize = `${size}vmin`;
    const fits = layer.scrollHeight <= layer.clientHeight && layer.scrollWidth <= layer.clientWidth;
    if (fits) return;
  }
}

export class Stage {
  #element;
  #cache;
  #players;
  #idle;
  #announcement;
  #ready = null;
  #settled = Promise.resolve();

  /**
   * @param {HTMLElement} element The page's stage.
   * @param {{blob: (creative: string) => Promise<Blob>}} cache
   * @param {() => void} onFailure Called if a video fails while it is seen.
   */
  constructor(element, cache, onFailure) {
    this.#element = element;
    this.#cache = cache;
    this.#players = Array.from(
      element.querySelectorAll(".player"),
      (layer) => new Player(layer, onFailure),
    );
    this.#idle = element.querySelector("#idle");
    this.#announcement = element.querySelector("#announcement");
  }

  /** Gets an item ready in the player that is not seen. */
  prepare(item) {
    if (this.#ready?.creative !== item.creative) {
      const ready = { creative: item.creative };
      ready.loaded = this.#load(item, ready).catch((error) => {
        if (this.#ready === ready) this.#ready = null;
        throw error;
      });
      ready.loaded.catch(() => {});
      this.#ready = ready;
    }
    return this.#ready.loaded;
  }

  /**
   * Shows an item, which takes the place of what is seen within one frame.
   *
   * What was seen stays beneath until the item has been painted, so that no frame is black.
   */
  async show(item) {
    await this.prepare(item);
    await nextFrame();
    const [entering, leaving] = this.#players;
    for (const layer of this.#layers("shown")) layer.classList.replace("shown", "leaving");
    entering.layer.classList.add("shown");
    entering.start();
    this.#players = [leaving, entering];
    this.#ready = null;
    this.#settled = entering.painted().then(() => this.#clear(leaving));
  }

  announce(text) {
    this.#announcement.textContent = text;
    fit(this.#announcement);
    this.#showOnly(this.#announcement.parentElement);
  }

  showIdle(text) {
    this.#idle.textContent = text;
    this.#showOnly(this.#idle.parentElement);
  }

  showBlack() {
    this.#showOnly(null);
  }

  /** The next player to be seen comes first. */
  async #load(item, ready) {
    await this.#settled;
    const blob = await this.#cache.blob(item.creative);
    if (this.#ready !== ready) throw new Error(`${item.name} is not needed any more.`);
    await this.#players[0].load(item, blob);
  }

  #layers(name) {
    return this.#element.querySelectorAll(`.${name}`);
  }

  #clear(leaving) {
    for (const layer of this.#layers("leaving")) layer.classList.remove("leaving");
    leaving.reset();
  }

  #showOnly(layer) {
    for (const other of this.#layers("layer")) other.classList.remove("shown", "leaving");
    layer?.classList.add("shown");
    this.#ready = null;
    for (const player of this.#players) player.reset();
  }
}
