/* Keys of the studio: single letters, never while somebody types, and to be turned off. */

const KEPT = "shopfront.studio.keys";
const FIELDS = "input, textarea, select, [contenteditable], [popover], #studio-waiting";
const LEFT = "input, textarea, #studio-waiting *";
const PLACES = {
  o: "#studio-offers button:not([disabled])",
  q: "#studio-questions button:not([disabled])",
  x: "#shield-mode",
};
const list = document.getElementById("keys-part");
const choice = document.querySelector("[data-keys-on]");

/** Whether single keys act here; other keys of the studio ask this, too. */
export function isOn() {
  return localStorage.getItem(KEPT) !== "off";
}

function isSeen(element) {
  return element.getClientRects().length > 0;
}

function find(selector) {
  return [...document.querySelectorAll(selector)].find((one) => !one.disabled && isSeen(one));
}

function act(key) {
  const button = find(`[data-shortcut="${key}"]`);
  if (button) {
    button.click();
    return true;
  }
  const place = find(`[data-shortcut-focus="${key}"]`) ?? (PLACES[key] && find(PLACES[key]));
  place?.focus();
  return Boolean(place);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.key === "Escape") {
    if (document.activeElement?.matches(LEFT)) document.activeElement.blur();
    return;
  }
  if (event.target.closest(FIELDS)) return;
  if (event.key === "?" && list) {
    event.preventDefault();
    list.togglePopover();
    return;
  }
  const key = event.key.toLowerCase();
  if (!isOn() || !/^[a-z1-9]$/.test(key)) return;
  if (act(key)) event.preventDefault();
});

if (choice) {
  choice.checked = isOn();
  choice.addEventListener("change", () => {
    localStorage.setItem(KEPT, choice.checked ? "on" : "off");
  });
}
