/** News of this screen's state by MQTT over a WebSocket, and its presence for the broker. */

const LIBRARY = "/screen/vendor/mqtt.min.js";
const KEEPALIVE = 30;

/** mqtt.js, a classic script, loaded when it is first needed. */
async function library() {
  if (!globalThis.mqtt) {
    const script = document.createElement("script");
    await new Promise((resolve, reject) => {
      script.onload = resolve;
      script.onerror = () => reject(new Error(`${LIBRARY} cannot be loaded.`));
      script.src = LIBRARY;
      document.head.append(script);
    }).finally(() => script.remove());
  }
  return globalThis.mqtt;
}

/**
 * Follows the lift's topic until the connection is lost.
 *
 * The last will names the session of this page, so that one that fires when another page of the
 * same screen has taken over is told from a screen that is gone.
 *
 * @param {object} channel The gateway's `url`, `username`, `topic` and `presence_topic`.
 * @param {string} token The screen's token, its password at the broker.
 * @param {string} session UUID of this page.
 * @param {(document: any) => void} onState Called with each state document.
 * @throws {Error} If the broker cannot be reached, or refuses the screen.
 */
export async function followTopic(channel, token, session, onState) {
  const mqtt = await library();
  const presence = (online) => JSON.stringify({ session, online });
  const client = mqtt.connect(channel.url, {
    username: channel.username,
    password: token,
    clientId: channel.username,
    clean: true,
    keepalive: KEEPALIVE,
    reconnectPeriod: 0,
    timerVariant: "native", // a worker from a blob is what the page's policy forbids
    will: { topic: channel.presence_topic, payload: presence(false), qos: 1, retain: false },
  });
  try {
    await new Promise((resolve, reject) => {
      client.on("connect", () => {
        client.subscribe(channel.topic, { qos: 1 }, (error) => error && reject(error));
        client.publish(channel.presence_topic, presence(true), { qos: 1, retain: false });
      });
      client.on("message", (topic, payload) => {
        onState({ ...JSON.parse(new TextDecoder().decode(payload)), screen: channel.username });
      });
      client.on("error", reject);
      client.on("close", resolve);
    });
  } finally {
    client.end(true);
  }
}
