/** News of this screen's state by server-sent events. */

import { chunks } from "./byte_stream.js";
import { SseParser } from "./sse_parser.js";

const SILENCE = 45_000;

/**
 * Follows the gateway's stream until it ends.
 *
 * @param {Gateway} gateway
 * @param {(document: any) => void} onState Called with each state document.
 * @throws {Error} If the stream breaks off, or is silent for 45 s.
 */
export async function followEvents(gateway, onState) {
  const parser = new SseParser();
  for await (const chunk of chunks(await gateway.events(), SILENCE)) {
    for (const { event, data } of parser.feed(chunk)) {
      if (event === "state") onState(JSON.parse(data));
    }
  }
}
