/* A replay in step: chapters, the product on screen, and what was said. */

import { toast } from "../shopfront/site.js";
import { Reporter } from "./report.js";
import { countView } from "./replay_seen.js";
import { momentOf, readSpans, secondsOf, write } from "./replay_times.js";

const WINDOW_MS = 60_000;
const AHEAD_MS = 15_000;
const MOST_LINES = 60;
const SPOKEN_MS = 30_000;
const NEAR_MS = 5000;
const KEPT_MS = 60_000;

const player = document.querySelector("[data-player]");
const video = player.querySelector("video");
const chapters = [...document.querySelectorAll("[data-moment]")];
const pins = [...document.querySelectorAll("[data-moment-pin]")];
const spoken = [...document.querySelectorAll("[data-spoken]")];
const bar = document.querySelector("[data-moments-bar]");
const said = document.querySelector("[data-replay-chat]");
countView(player, said.dataset.seen);
const spans = await readSpans(player);

/* Lines by window; one is fetched again after a minute, as lines may be removed. */
const windows = new Map();
const fetchedAt = new Map();
const pattern = document.querySelector("[data-said-line]").content.firstElementChild;
let shownLines = "";

function number(element, name) {
  return Number(element.dataset[name]);
}

function isOn(element, moment) {
  return number(element, "at") <= moment && moment < number(element, "until");
}

function draw() {
  const moment = momentOf(spans, video.currentTime);
  if (moment === null) return;
  const current = chapters.findLast((chapter) => isOn(chapter, moment));
  for (const chapter of chapters) {
    chapter.toggleAttribute("aria-current", chapter === current);
    if (chapter === current) chapter.setAttribute("aria-current", "true");
  }
  for (const one of spoken) {
    const since = moment - number(one, "at");
    if (since >= 0 && since < SPOKEN_MS) one.setAttribute("aria-current", "true");
    else one.removeAttribute("aria-current");
  }
  const pin = pins.findLast((one) => isOn(one, moment));
  for (const one of pins) one.hidden = one !== pin;
  const played = bar?.querySelector("b");
  if (played) played.style.width = `${(100 * video.currentTime) / length()}%`;
  showSaid(moment);
}

function length() {
  const last = spans.at(-1);
  return last ? last.at + last.seconds : 1;
}

function showSaid(moment) {
  const now = Math.floor(moment / WINDOW_MS);
  for (const at of [now - 1, now, Math.floor((moment + AHEAD_MS) / WINDOW_MS)]) {
    fetchWindow(at);
  }
  const lines = [...(windows.get(now - 1) ?? []), ...(windows.get(now) ?? [])]
    .filter(({ at }) => at <= moment)
    .slice(-MOST_LINES);
  const key = lines.map(({ id }) => id).join();
  if (key === shownLines) return;
  shownLines = key;
  const held = said.querySelector("[data-message]:focus-within")?.dataset.message;
  said.replaceChildren(...lines.map(line));
  said.scrollTop = said.scrollHeight;
  if (held) focusReport(held);
}

/* Who is at a line by keyboard stays there when lines are drawn anew. */
function focusReport(id) {
  const place = said.querySelector(`[data-message="${CSS.escape(id)}"]`);
  place?.querySelector("[data-report-open]").focus();
}

function line({ id, name, text, answers }) {
  const place = pattern.cloneNode(true);
  place.dataset.message = id;
  place.querySelector("[data-author]").textContent = name;
  place.querySelector("[data-text]").textContent = text;
  const report = place.querySelector("[data-report-open]");
  report?.setAttribute("aria-label", said.dataset.textReport.replace("{name}", name));
  if (answers) {
    const quote = document.createElement("small");
    quote.className = "muted said__answers";
    quote.textContent = said.dataset.textAnswers.replace("{name}", answers);
    place.prepend(quote);
  }
  return place;
}

async function fetchWindow(at) {
  if (performance.now() - (fetchedAt.get(at) ?? -Infinity) < KEPT_MS) return;
  fetchedAt.set(at, performance.now());
  const query = `from=${at * WINDOW_MS}&until=${(at + 1) * WINDOW_MS}`;
  const answer = await fetch(`${said.dataset.address}?${query}`).catch(() => null);
  if (!answer?.ok) {
    setTimeout(() => fetchedAt.delete(at), AHEAD_MS);
    return;
  }
  windows.set(at, (await answer.json()).lines);
  draw();
}

/* What the room does by its socket, a replay asks its page for. */
async function send(_type, { message, reason }) {
  const headers = JSON.parse(document.body.getAttribute("hx-headers") ?? "{}");
  const body = new URLSearchParams({ message, reason });
  const address = said.dataset.reportAddress;
  const answer = await fetch(address, { method: "POST", headers, body }).catch(() => null);
  const told = await answer?.json().catch(() => null);
  if (!answer?.ok || !told) throw new Error(told?.message ?? "");
  return told;
}

new Reporter(said.parentElement, { send });

if (spans.length) {
  /* A link may name a moment: that of an order, for example. */
  const wanted = Number(new URLSearchParams(location.search).get("at"));
  if (wanted > 0) {
    const begin = secondsOf(spans, wanted);
    const start = () => (video.currentTime = begin);
    if (Math.abs(momentOf(spans, begin) - wanted) > NEAR_MS) toast(said.dataset.textMissed);
    if (video.readyState > 0) start();
    else video.addEventListener("loadedmetadata", start, { once: true });
  }
  for (const chapter of [...chapters, ...spoken]) {
    const seconds = secondsOf(spans, number(chapter, "at"));
    chapter.querySelector("[data-moment-time]").textContent = write(seconds);
    chapter.addEventListener("click", () => {
      video.currentTime = seconds;
      video.play().catch(() => {});
    });
    if (bar && chapters.includes(chapter)) {
      const mark = document.createElement("i");
      mark.style.insetInlineStart = `${(100 * seconds) / length()}%`;
      bar.append(mark);
    }
  }
  if (bar) {
    bar.append(document.createElement("b"));
    bar.hidden = false;
    bar.addEventListener("click", (event) => {
      const { left, width } = bar.getBoundingClientRect();
      video.currentTime = (length() * (event.clientX - left)) / width;
    });
  }
  for (const name of ["timeupdate", "seeked", "loadedmetadata"]) {
    video.addEventListener(name, draw);
  }
  draw();
}
