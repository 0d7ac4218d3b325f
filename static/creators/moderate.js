/* Moderating by keyboard: J and K move among what waits, a letter decides. */

import { isOn } from "./keys.js";

const SETTLE_MS = 700;
const MOVES = { j: 1, k: -1 };

function list() {
  return [...document.querySelectorAll("[data-wait]")];
}

function move(step) {
  const lines = list();
  if (!lines.length) return;
  const at = lines.indexOf(document.activeElement?.closest("[data-wait]"));
  const next = at < 0 ? 0 : Math.min(Math.max(at + step, 0), lines.length - 1);
  lines[next].focus();
}

let kept = null;
let movedAt = -Infinity;

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !isOn()) return;
  if (event.target.closest("input, textarea, select, [popover]")) return;
  const key = event.key.toLowerCase();
  if (key in MOVES) {
    event.preventDefault();
    move(MOVES[key]);
    return;
  }
  const line = document.activeElement?.closest("[data-wait]");
  const button = line?.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!button) return;
  event.preventDefault();
  /* A key meant for the line before, which nobody can have read the next one for. */
  if (event.repeat || performance.now() - movedAt < SETTLE_MS) return;
  button.click();
});

/* Who was in the list stays at what had the focus, or comes to the next line where
   that was decided, or to the list itself: never out to where letters do other things. */
document.addEventListener("htmx:oobBeforeSwap", ({ detail }) => {
  if (detail.target.id !== "studio-waiting") return;
  const focus = document.activeElement;
  const line = focus?.closest("[data-wait]");
  const ids = [focus?.id, line?.id].filter(Boolean);
  kept = detail.target.contains(focus) ? { ids, place: list().indexOf(line) } : null;
});

document.addEventListener("htmx:oobAfterSwap", ({ detail }) => {
  if (detail.target.id !== "studio-waiting" || !kept) return;
  const { ids, place } = kept;
  kept = null;
  const same = ids.map((id) => document.getElementById(id)).find(Boolean);
  const lines = list();
  const next = place < 0 ? null : lines[Math.min(place, lines.length - 1)];
  if (!same && next) movedAt = performance.now();
  (same ?? next ?? document.querySelector("#studio-waiting [role=list]")).focus();
});
