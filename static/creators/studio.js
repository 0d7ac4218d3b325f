/* The studio's small comforts: copy, reveal, follow the chat, clear what was sent. */

import { toast } from "../shopfront/site.js";

const NEAR_END_PX = 60;

async function copy(button) {
  const field = document.getElementById(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(field.value);
    toast(button.dataset.copyDone);
  } catch {
    field.type = "text";
    field.select();
  }
}

function reveal(button) {
  const field = document.getElementById(button.dataset.reveal);
  const isHidden = field.type === "password";
  field.type = isHidden ? "text" : "password";
  button.setAttribute("aria-pressed", String(isHidden));
}

document.addEventListener("click", (event) => {
  const copier = event.target.closest("[data-copy]");
  if (copier) copy(copier);
  const revealer = event.target.closest("[data-reveal]");
  if (revealer) reveal(revealer);
});

/* A dialog that is open is not swapped away under the person's hands... */
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  if (event.detail.target.querySelector(":popover-open")) event.detail.shouldSwap = false;
});

/* ...and closes with the act that was chosen in it. */
document.addEventListener("htmx:beforeRequest", (event) => {
  event.target.closest("[popover]")?.hidePopover();
});

/* A pin carries the moment that the preview showed when the host tapped (W9). */
document.addEventListener("htmx:configRequest", ({ detail }) => {
  const preview = document.querySelector("[data-player]");
  if (!/\/(pin|next)\/$/.test(detail.path) || !preview?.isMoving?.()) return;
  const at = preview.mediaTime();
  if (at !== null) detail.parameters.media_time = Math.round(at);
});

/* A studio that nobody looks at is no work before a show: the pulse says so. */
document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (document.hidden && /\/pulse\/$/.test(detail.path)) detail.parameters.hidden = "1";
});

/* How much later than now the preview shows the picture: what viewers see, too. */
setInterval(() => {
  const place = document.querySelector("[data-studio-delay]");
  const preview = document.querySelector("[data-player]");
  const at = preview?.isMoving?.() ? preview.mediaTime() : null;
  if (!place || at === null) return;
  const seconds = Math.max(0, (Date.now() - at) / 1000).toFixed(1);
  place.textContent = place.dataset.words.replace("SECONDS", seconds);
}, 1000);

/* Reading back is not interrupted; at the end the newest stay in sight. */
let isFollowing = true;

function lines() {
  return document.querySelector("[data-follows]");
}

function follow() {
  const list = lines();
  if (list && isFollowing) list.scrollTop = list.scrollHeight;
}

document.addEventListener(
  "scroll",
  (event) => {
    if (event.target !== lines()) return;
    const { scrollHeight, scrollTop, clientHeight } = event.target;
    isFollowing = scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
  },
  { capture: true, passive: true },
);

let scrolledTo = 0;
let isTableOpen = false;
document.addEventListener("htmx:oobBeforeSwap", () => {
  scrolledTo = lines()?.scrollTop ?? 0;
  isTableOpen = document.getElementById("room-plot-table")?.open ?? false;
});
document.addEventListener("htmx:oobAfterSwap", () => {
  const table = document.getElementById("room-plot-table");
  if (table) table.open = isTableOpen;
  const list = lines();
  if (list && !isFollowing) list.scrollTop = scrolledTo;
  follow();
  tick();
});

/* What was opened stays open when its part is sent again. */
const opened = new Set();
document.addEventListener(
  "toggle",
  ({ target }) => {
    if (!target.matches?.("[data-keeps-open]")) return;
    if (target.open) opened.add(target.id);
    else if (target.isConnected) opened.delete(target.id);
  },
  { capture: true },
);
document.addEventListener("htmx:oobAfterSwap", () => {
  for (const id of opened) {
    const part = document.getElementById(id);
    if (part) part.open = true;
  }
});

/* What was typed and not sent outlives a reload. */
for (const field of document.querySelectorAll("[data-draft]")) {
  const key = `shopfront.draft.${field.dataset.draft}`;
  field.value ||= sessionStorage.getItem(key) ?? "";
  field.addEventListener("input", () => sessionStorage.setItem(key, field.value));
  field.form.addEventListener("reset", () => sessionStorage.removeItem(key));
}

/* How long the show is on air. */
function tick() {
  for (const place of document.querySelectorAll("[data-since]")) {
    const seconds = Math.max(0, Math.floor((Date.now() - Date.parse(place.dateTime)) / 1000));
    const parts = [seconds / 3600, (seconds / 60) % 60, seconds % 60];
    place.textContent = parts.map((part) => String(Math.floor(part)).padStart(2, "0")).join(":");
  }
}
setInterval(tick, 1000);
tick();

/* A screen reader hears how many are new, not the whole list again. */
const HEARD_EVERY_MS = 5000;
const heard = document.querySelector("[data-heard]");
let known = listIds();
let fresh = 0;
let speaking = null;

function listIds() {
  const found = lines()?.querySelectorAll("[data-message]") ?? [];
  return new Set([...found].map((line) => line.dataset.message));
}

document.addEventListener("htmx:oobAfterSwap", () => {
  const ids = listIds();
  fresh += [...ids].filter((id) => !known.has(id)).length;
  known = ids;
  if (!fresh) return;
  speaking ??= setTimeout(() => {
    heard.textContent = heard.dataset.textNew.replace("{count}", String(fresh));
    fresh = 0;
    speaking = null;
  }, HEARD_EVERY_MS);
});

/* What did not arrive stays in its field. */
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const form = detail.elt.closest?.("[data-clears]");
  if (!form || !detail.successful || detail.xhr.status >= 400) return;
  if (!detail.xhr.getResponseHeader("HX-Trigger")) form.reset();
});

/* What a studio without its pulse shows is old: it says so until the next one. */
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (!/\/pulse\/$/.test(detail.pathInfo.requestPath)) return;
  const { status, responseURL } = detail.xhr;
  const chip = document.querySelector("[data-studio-lost]");
  const isElsewhere = responseURL && !/\/pulse\/$/.test(new URL(responseURL).pathname);
  const { textLost, textOut, textGone } = chip.dataset;
  const words = { 401: textOut, 403: textOut, 404: textGone };
  const word = isElsewhere ? textOut : (words[status] ?? textLost);
  const place = chip.querySelector("[data-lost-word]");
  if (place.textContent !== word) place.textContent = word;
  chip.hidden = !isElsewhere && status > 0 && status < 400;
});

follow();
