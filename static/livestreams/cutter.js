/* Choosing a clip: both ends move to where the recording can be cut, as the cut will. */

import { momentOf, readSpans, write } from "./replay_times.js";

const form = document.querySelector("[data-cutter]");
const player = document.querySelector("[data-player]");
const video = player.querySelector("video");
const said = form.querySelector("[data-cut-said]");
const fields = { starts: form.elements.starts, ends: form.elements.ends };
const spans = await readSpans(player);
const edges = spans.map(({ at }) => at);
const last = spans.at(-1);
if (last) edges.push(last.at + last.seconds);
let stopAt = null;

function nearest(list, seconds) {
  return list.reduce((best, edge) =>
    Math.abs(edge - seconds) < Math.abs(best - seconds) ? edge : best,
  );
}

function snap() {
  if (edges.length < 2) return null;
  const from = nearest(edges.slice(0, -1), Number(fields.starts.value));
  const later = edges.filter((edge) => edge > from);
  return { from, until: nearest(later, Number(fields.ends.value)) };
}

function show() {
  const cut = snap();
  if (!cut) return;
  said.textContent = said.dataset.text
    .replace("{from}", write(cut.from))
    .replace("{until}", write(cut.until))
    .replace("{seconds}", (cut.until - cut.from).toFixed(1));
}

/* What is pinned within the range is ticked until the creator chooses. */
let isChosen = form.querySelector("[name=products]:checked") !== null;

function tick() {
  const cut = snap();
  if (!cut || isChosen) return;
  const from = momentOf(spans, cut.from);
  const until = momentOf(spans, Math.max(cut.from, cut.until - 0.001));
  for (const box of form.querySelectorAll("[name=products]")) {
    box.checked = Number(box.dataset.at) < until && Number(box.dataset.until) > from;
  }
}

form.addEventListener("input", (event) => {
  if (event.target.name === "products") isChosen = true;
  show();
  tick();
});

form.addEventListener("click", (event) => {
  const end = event.target.closest("[data-cut-here]")?.dataset.cutHere;
  if (end) {
    fields[end].value = video.currentTime.toFixed(1);
    show();
    tick();
  } else if (event.target.closest("[data-cut-preview]")) {
    const cut = snap();
    if (!cut) return;
    video.currentTime = cut.from;
    stopAt = cut.until;
    video.play().catch(() => {});
    requestAnimationFrame(watchEnd);
  }
});

/* The browser tells the time four times a second; the cut is looked at each frame. */
function watchEnd() {
  if (stopAt === null) return;
  if (video.currentTime < stopAt) {
    requestAnimationFrame(watchEnd);
    return;
  }
  video.pause();
  video.currentTime = stopAt;
  stopAt = null;
}

/* A show whose encoder changed its picture comes in several files. */
const downloads = document.querySelector("[data-downloads]");
const answer = await fetch(downloads.dataset.downloads).catch(() => null);
const { parts } = answer?.ok ? await answer.json() : { parts: 1 };
const first = downloads.querySelector("a");
for (let number = 2; number <= parts; number += 1) {
  const link = first.cloneNode(false);
  link.href = first.href.replace(/show1\.mp4$/, `show${number}.mp4`);
  link.textContent = downloads.dataset.text.replace("{n}", String(number));
  downloads.append(link);
}

show();
tick();
