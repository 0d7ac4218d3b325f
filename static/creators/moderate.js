/* Moderating by keyboard: J and K move among what waits, a letter decides. */

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

let place = 0;

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
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
  place = list().indexOf(line);
  button.click();
});

/* A decided line leaves; the next one takes its place and the focus. */
document.addEventListener("htmx:oobBeforeSwap", ({ detail }) => {
  const line = document.activeElement?.closest("[data-wait]");
  if (detail.target.id === "studio-waiting" && line) place = list().indexOf(line);
  else if (detail.target.id === "studio-waiting") place = -1;
});

document.addEventListener("htmx:oobAfterSwap", ({ detail }) => {
  if (detail.target.id !== "studio-waiting" || place < 0) return;
  const lines = list();
  const isInside = document.activeElement?.closest("[data-wait]");
  if (lines.length && !isInside) lines[Math.min(place, lines.length - 1)].focus();
});
