/** Streams of bytes that may fall silent. */

import { within } from "./timing.js";

/** The chunks of a stream, which is an error once it is silent for some milliseconds. */
export async function* chunks(stream, silence) {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await within(silence, "The next byte", reader.read());
      if (done) return;
      yield value;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}
