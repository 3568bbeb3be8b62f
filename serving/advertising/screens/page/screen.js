/** A lift's screen: plays what the gateway says, and goes on without it. */

import { Channel } from "./channel.js";
import { CreativeCache } from "./creative_cache.js";
import { Database } from "./database.js";
import { enrolledToken } from "./enrolment.js";
import { Gateway } from "./gateway.js";
import { keepPageFiles, renewPageFiles } from "./page_files.js";
import { PlayDelivery } from "./play_delivery.js";
import { PlayQueue } from "./play_queue.js";
import { Playback } from "./playback.js";
import { PlaybackOrder } from "./playback_order.js";
import { Presence } from "./presence.js";
import { ServerClock } from "./server_clock.js";
import { Stage } from "./stage.js";
import { isState, wantedItems } from "./state_document.js";

const RELOAD_AFTER = 60_000;
const NOT_ENROLLED =
  "This screen is not enrolled.\n\nCreate a token for it on the operator's pages and open " +
  `${location.origin}/screen/#token=TOKEN here, once: the screen keeps it.`;
const REFUSED =
  "The gateway refuses this screen's token. Enrol the screen anew: /screen/#token=TOKEN";
const INSECURE = `${location.origin} is no secure address.\n\nOpen this page by HTTPS.`;

const element = (id) => document.getElementById(id);

function showMessage(text) {
  element("idle").textContent = text;
  element("idle").parentElement.classList.add("shown");
}

function showTrouble(refused) {
  element("trouble").textContent = refused ? REFUSED : "";
  element("trouble").hidden = !refused;
}

/** What is processed here is to be read wherever something plays. */
function showNotice(notice, scene) {
  const [text, url] = element("notice").children;
  text.textContent = notice?.text ?? "";
  url.textContent = notice?.url ?? "";
  element("notice").hidden = !notice?.text || !["item", "override"].includes(scene);
}

/** Whether a document takes the place of the state that a screen goes by. */
function replaces(document, asked, state) {
  if (!isState(document)) {
    console.error("The gateway sent a state that is not whole.", document);
    return false;
  }
  return asked || !state || document.revision >= state.revision;
}

async function run(database, token) {
  const session = crypto.randomUUID();
  const clock = new ServerClock();
  const gateway = new Gateway(token, showTrouble);
  const queue = await PlayQueue.open(database);
  const delivery = new PlayDelivery(queue, gateway);
  const cache = await CreativeCache.open(database, gateway, () => playback.wake());
  const order = new PlaybackOrder(cache, await database.get("settings", "decision"));
  const stage = new Stage(element("stage"), cache, () => playback.fail());
  const playback = new Playback(stage, order, cache, clock, { onStart, onEnd });
  const presence = new Presence(gateway, clock, () => ({
    session,
    playing: playback.playing,
    clock_offset_ms: clock.offset,
    cached_files: cache.size,
  }));
  const channel = new Channel(gateway, session, onDocument);

  function onStart({ scene, decision }) {
    if (decision) database.put("settings", "decision", decision).catch(console.error);
    showNotice(order.state?.notice, scene);
    presence.announce();
  }

  async function onEnd(screen, play) {
    await queue.add(screen, play).catch((error) => console.error("A play is lost.", error));
    delivery.deliver();
  }

  function goBy(state) {
    order.update(state);
    cache.want(wantedItems(state));
    showNotice(state.notice, playback.scene);
    playback.wake();
  }

  function onDocument(document, asked) {
    if (!replaces(document, asked, order.state)) return;
    goBy(document);
    database.put("settings", "state", document).catch(console.error);
    if (!asked) return;
    delivery.deliver(document.screen);
    renewPageFiles().catch(console.error);
  }

  window.screenStatus = () => ({
    session,
    scene: playback.scene,
    playing: playback.playing,
    queued: queue.length,
    cached: cache.size,
    clock_offset_ms: clock.offset,
    connected: channel.connected,
    revision: order.state?.revision ?? null,
  });

  const state = await database.get("settings", "state");
  if (state) goBy(state);
  keepPageFiles(() => playback.leave()).catch(console.error);
  for (const part of [cache, delivery, presence, channel]) part.run();
  await playback.run();
  location.reload();
}

async function start() {
  if (!isSecureContext) return showMessage(INSECURE);
  addEventListener("hashchange", () => location.reload());
  navigator.storage.persist();
  const database = await Database.open(() => location.reload());
  const token = await enrolledToken(database);
  return token ? run(database, token) : showMessage(NOT_ENROLLED);
}

start().catch((error) => {
  console.error(error);
  showMessage(`This screen cannot work: ${error.message}\n\nIt tries again in a minute.`);
  setTimeout(() => location.reload(), RELOAD_AFTER);
});
