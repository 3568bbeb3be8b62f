/** What the gateway tells a screen to show. */

const TIME = /^\d\d:\d\d$/;

const isText = (value) => typeof value === "string";

const isItem = (item) =>
  [item.creative, item.campaign, item.kind, item.media_type].every(isText) &&
  item.seconds > 0 &&
  item.bytes > 0;

const isDecision = (decision) =>
  isText(decision.id) && isItem(decision.item) && Number.isFinite(decision.expires_at);

const isOverride = ({ id, text, item }) =>
  isText(id) && (text === null || isText(text)) && (item === null || isItem(item));

const isOffHours = ({ timezone, intervals }) =>
  isText(timezone) && intervals.flat().every((time) => TIME.test(time));

/** Whether a document is whole, so that it may replace what the screen goes by. */
export function isState(document) {
  try {
    return (
      isText(document.screen) &&
      Number.isInteger(document.revision) &&
      document.playlist.every(isItem) &&
      document.cache.every(isItem) &&
      (document.decision === null || isDecision(document.decision)) &&
      (document.override === null || isOverride(document.override)) &&
      isOffHours(document.off_hours) &&
      isText(document.notice.text)
    );
  } catch {
    return false;
  }
}

/** All that a screen may have to show, once each, the most urgent first. */
export function wantedItems({ override, decision, playlist, cache }) {
  const items = [override?.item, decision?.item, ...playlist, ...cache].filter(Boolean);
  return [...new Map(items.map((item) => [item.creative, item])).values()];
}
