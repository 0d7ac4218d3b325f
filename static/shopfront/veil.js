/* A reported picture stays blurred until somebody wants to see it; kept for the page. */

const KEY = `shopfront.unveiled.${location.pathname}`;
const unveiled = new Set(JSON.parse(sessionStorage.getItem(KEY) ?? "[]"));

function paint(button) {
  const { unveil, veil } = button.dataset;
  const isShown = unveiled.has(veil);
  const [before, after] = isShown ? [veil, unveil] : [unveil, veil];
  for (const image of document.images) {
    if (image.getAttribute("src") === before) image.src = after;
  }
  for (const video of document.querySelectorAll("video[poster]")) {
    if (video.getAttribute("poster") === before) video.poster = after;
  }
  button.setAttribute("aria-pressed", String(isShown));
}

function paintAll() {
  for (const button of document.querySelectorAll("[data-unveil]")) paint(button);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-unveil]");
  if (!button) return;
  const name = button.dataset.veil;
  if (!unveiled.delete(name)) unveiled.add(name);
  sessionStorage.setItem(KEY, JSON.stringify([...unveiled]));
  paintAll();
});

document.addEventListener("htmx:afterSettle", paintAll);
paintAll();
