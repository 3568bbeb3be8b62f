/** One of two stacked players: an image or a video that is ready before it is seen. */

import { nextFrame, within } from "./timing.js";

const LONGEST_LOADING = 5_000;
const LONGEST_FRAME = 500;

/** Waits until a video has presented a frame; not every browser can tell, or does so unseen. */
async function presentedFrame(video) {
  if (!video.requestVideoFrameCallback) return;
  const presented = new Promise((resolve) => video.requestVideoFrameCallback(resolve));
  await within(LONGEST_FRAME, "A frame", presented).catch(() => {});
}

export class Player {
  #image;
  #video;
  #address = null;
  #loading = new AbortController();
  #onFailure;

  /**
   * @param {HTMLElement} layer Holds an `img` and a `video`.
   * @param {() => void} onFailure Called if a video that was ready fails.
   */
  constructor(layer, onFailure) {
    this.layer = layer;
    this.#image = layer.querySelector("img");
    this.#video = layer.querySelector("video");
    this.#video.muted = true;
    this.#video.loop = true;
    this.#onFailure = onFailure;
  }

  /** Gets an item ready to be seen at once. */
  async load(item, blob) {
    this.reset();
    const load = { image: () => this.#loadImage(), video: () => this.#loadVideo() }[item.kind];
    if (!load) throw new Error(`${item.kind} is neither an image nor a video.`);
    this.#address = URL.createObjectURL(blob);
    this.layer.dataset.kind = item.kind;
    await within(LONGEST_LOADING, `Loading ${item.name}`, load());
  }

  /** Starts what was loaded; called as it is brought to the front. */
  start() {
    if (this.layer.dataset.kind !== "video") return;
    const { signal } = this.#loading;
    this.#video.play().catch(() => signal.aborted || this.#onFailure());
  }

  /** Waits until what was started has been painted. */
  async painted() {
    if (this.layer.dataset.kind === "video") await presentedFrame(this.#video);
    await nextFrame();
    await nextFrame();
  }

  /** Lets go of everything that was loaded. */
  reset() {
    this.#loading.abort();
    delete this.layer.dataset.kind;
    this.#image.removeAttribute("src");
    if (this.#video.hasAttribute("src")) {
      this.#video.pause();
      this.#video.removeAttribute("src");
      this.#video.load();
    }
    if (this.#address) URL.revokeObjectURL(this.#address);
    this.#address = null;
  }

  #loadImage() {
    this.#image.src = this.#address;
    return this.#image.decode();
  }

  /** The first frame may be presented before the video can play: it is waited for from the start. */
  async #loadVideo() {
    const video = this.#video;
    const { signal } = (this.#loading = new AbortController());
    const frame = presentedFrame(video);
    await new Promise((resolve, reject) => {
      video.addEventListener("canplay", resolve, { once: true, signal });
      video.addEventListener("error", () => reject(video.error), { once: true, signal });
      video.src = this.#address;
    });
    video.addEventListener("error", this.#onFailure, { once: true, signal });
    await frame;
  }
}
