/* Moments of a show and seconds of its recording: the list of the recording says
   both, and a lost picture leaves a hole in the first but none in the second. */

export async function readSpans(player) {
  const { mediaBase, mediaToken, show } = player.dataset;
  const address = `${mediaBase}/${mediaToken}/${show}/replay/vod.m3u8`;
  const answer = await fetch(address).catch(() => null);
  return answer?.ok ? parse(await answer.text()) : [];
}

export function parse(text) {
  const spans = [];
  let at = 0;
  let moment = 0;
  for (const line of text.split("\n")) {
    const [, value] = line.match(/^#EXT-X-PROGRAM-DATE-TIME:(.+)$/) ?? [];
    if (value) moment = Date.parse(value);
    const [, length] = line.match(/^#EXTINF:([\d.]+)/) ?? [];
    if (!length) continue;
    const seconds = Number(length);
    spans.push({ at, seconds, moment });
    at += seconds;
  }
  return spans;
}

/** The second of the recording that shows a moment, or the next that is recorded. */
export function secondsOf(spans, moment) {
  for (const span of spans) {
    const into = (moment - span.moment) / 1000;
    if (into < span.seconds) return span.at + Math.max(0, into);
  }
  const last = spans.at(-1);
  return last ? last.at + last.seconds : 0;
}

/** The moment that a second of the recording shows; a player's seconds are a hair off. */
export function momentOf(spans, seconds) {
  const span = spans.findLast(({ at }) => at <= seconds) ?? spans[0];
  return span ? Math.round(span.moment + Math.max(0, seconds - span.at) * 1000) : null;
}

export function write(seconds) {
  const whole = Math.floor(seconds);
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  if (!parts[0]) parts.shift();
  return parts
    .map((part, index) => (index ? String(part).padStart(2, "0") : String(part)))
    .join(":");
}
