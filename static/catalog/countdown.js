/* Countdowns of offers: they show the server's end, and never end an offer by
   themselves. At zero the page asks the server what holds now. */

const TICK_MS = 1000;
const SPREAD_MS = 3000;

/* The server says how long is left: a phone's own clock may be wrong. */
const ends = new WeakMap();
const started = performance.getEntriesByType("navigation")[0]?.responseStart ?? 0;

/* What came with the page was written when its answer began, not when we look. */
let isFirst = true;

function endOf(offer) {
  if (!ends.has(offer)) {
    const since = offer.dataset.endsFrom ?? (isFirst ? started : performance.now());
    ends.set(offer, Number(since) + Number(offer.dataset.endsIn));
  }
  return ends.get(offer);
}

function sayLeft(ms) {
  const seconds = Math.ceil(ms / 1000);
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60];
  const hours = Math.floor(seconds / 3600);
  if (hours) parts.unshift(hours);
  const [first, ...rest] = parts.map(String);
  return [first, ...rest.map((part) => part.padStart(2, "0"))].join(":");
}

function show(offer) {
  const place = offer.querySelector("[data-ends-left]");
  const left = endOf(offer) - performance.now();
  const words = left > 0 ? sayLeft(left) : offer.dataset.textOver;
  if (place.textContent !== words) place.textContent = words;
  if (left <= 0) refresh(offer.closest("[data-fresh-at-end]"));
}

const asked = new WeakSet();

/* Many pages end at the same instant: each asks at a moment of its own. */
function refresh(part) {
  if (!part || !window.htmx || asked.has(part)) return;
  asked.add(part);
  setTimeout(() => {
    const options = { target: part, select: `#${part.id}`, swap: "outerHTML" };
    if (part.isConnected) window.htmx.ajax("GET", part.dataset.freshAtEnd, options);
  }, Math.random() * SPREAD_MS);
}

function tick() {
  for (const offer of document.querySelectorAll("[data-ends-in]")) show(offer);
}

/* A room told of an offer or a drop: what the sheet shows of its product is asked for
   anew. */
function refreshSheet({ detail }) {
  const sheet = document.querySelector(`#sheet [data-product="${CSS.escape(detail.product)}"]`);
  refresh(sheet?.querySelector("[data-fresh-at-end]"));
}

document.addEventListener("offer:changed", refreshSheet);
document.addEventListener("drop:changed", refreshSheet);
document.addEventListener("htmx:afterSwap", tick);
tick();
isFirst = false;
setInterval(tick, TICK_MS);
