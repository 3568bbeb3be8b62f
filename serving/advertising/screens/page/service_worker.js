/** Keeps the page's own files, all of one version, and answers nothing else. */

// SHA-256 of the files, one after the other; tests say which.
const VERSION = "4e973e3bccad6d7267ccdabee38dc200f4039de209ad91219549d0d56425b107";

const FILES = [
  "./",
  "screen.css",
  "backoff.js",
  "byte_stream.js",
  "channel.js",
  "creative_cache.js",
  "database.js",
  "enrolment.js",
  "gateway.js",
  "mqtt_channel.js",
  "off_hours.js",
  "page_files.js",
  "play_delivery.js",
  "play_queue.js",
  "playback.js",
  "playback_order.js",
  "player.js",
  "presence.js",
  "screen.js",
  "server_clock.js",
  "sse_channel.js",
  "sse_parser.js",
  "stage.js",
  "state_document.js",
  "timing.js",
];

const address = (file) => new URL(file, registration.scope).href;

const ADDRESSES = new Set(FILES.map(address));

/** A file's response, and its content: read at once, since what is not read holds a connection. */
async function fetchFile(file) {
  const response = await fetch(address(file), { cache: "no-cache" });
  return { response: response.clone(), content: await response.blob() };
}

async function versionOf(contents) {
  const digest = await crypto.subtle.digest("SHA-256", await new Blob(contents).arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Caches all files or, where gateways of two versions answered, none. */
async function cacheFiles() {
  const files = await Promise.all(FILES.map(fetchFile));
  const version = await versionOf(files.map(({ content }) => content));
  if (version !== VERSION) throw new Error(`These files are version ${version}, not ${VERSION}.`);
  const cache = await caches.open(VERSION);
  await Promise.all(files.map(({ response }, index) => cache.put(address(FILES[index]), response)));
}

async function dropOtherVersions() {
  const others = (await caches.keys()).filter((name) => name !== VERSION);
  await Promise.all(others.map((name) => caches.delete(name)));
}

async function cached(request) {
  const cache = await caches.open(VERSION);
  return (await cache.match(request, { ignoreSearch: true })) ?? fetch(request);
}

/**
 * Lets the page's requests to the gateway pass by this worker, where the browser can.
 *
 * One that hears of them all is hardly ever idle, and a browser may never let the next version
 * take over from it.
 */
function passBy(event) {
  const urlPattern = new URLPattern({ pathname: "/v1/*" });
  return event.addRoutes({ condition: { urlPattern }, source: "network" });
}

addEventListener("install", (event) => {
  if (event.addRoutes) event.waitUntil(passBy(event));
  event.waitUntil(cacheFiles().then(() => skipWaiting()));
});

addEventListener("activate", (event) =>
  event.waitUntil(dropOtherVersions().then(() => clients.claim())),
);

addEventListener("fetch", (event) => {
  const { origin, pathname } = new URL(event.request.url);
  if (ADDRESSES.has(origin + pathname)) event.respondWith(cached(event.request));
});
