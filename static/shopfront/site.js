/* What every page does: menus, toasts, sharing, the cart's count. */

const toasts = document.getElementById("toasts");
const template = document.getElementById("toast-template");
const TOAST_MS = 7000;

/** Show a short message; errors stay until they are closed. */
export function toast(text, level = "success") {
  const node = template.content.firstElementChild.cloneNode(true);
  node.classList.add(`toast--${level}`);
  node.querySelector(".toast__text").textContent = text;
  toasts.append(node);
  fade(node);
}

function fade(node) {
  if (node.classList.contains("toast--error")) return;
  setTimeout(() => {
    if (node.matches(":hover, :focus-within")) fade(node);
    else node.remove();
  }, TOAST_MS);
}

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (menu !== except) menu.open = false;
  }
}

async function share(button) {
  const url = new URL(button.dataset.share || location.href, location.href).href;
  const title = button.dataset.shareTitle || document.title;
  if (navigator.share) {
    await navigator.share({ title, url }).catch(() => {});
    return;
  }
  try {
    await navigator.clipboard.writeText(url);
    toast(button.dataset.shareDone);
  } catch {
    toast(url);
  }
}

document.addEventListener("click", (event) => {
  const dismiss = event.target.closest("[data-dismiss]");
  if (dismiss) dismiss.closest("[data-toast], dialog")?.remove();
  const button = event.target.closest("[data-share]");
  if (button) share(button);
  closeMenus(event.target.closest("details[data-menu]"));
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details[data-menu][open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

/* Answers may carry HX-Trigger: {"cart-changed": {"count": 2}, "toast": {"text": ...}}. */
document.addEventListener("cart-changed", (event) => {
  const count = event.detail?.count ?? 0;
  for (const node of document.querySelectorAll("[data-cart-count]")) {
    node.textContent = count || "";
    node.hidden = !count;
  }
});

document.addEventListener("toast", (event) => {
  toast(event.detail.text, event.detail.level);
});

/* A press whose answer the page cannot show says so, once however often it is tried. */
function sayFailure(text) {
  for (const node of toasts.querySelectorAll("[data-toast]")) {
    if (node.querySelector(".toast__text").textContent === text) node.remove();
  }
  toast(text, "error");
}

function isShown(element, xhr) {
  if (xhr.status < 400 || xhr.getResponseHeader("HX-Trigger")) return true;
  if (xhr.status >= 500) return false;
  const swap = element.closest("[hx-swap]")?.getAttribute("hx-swap");
  return (xhr.getResponseHeader("HX-Reswap") ?? swap) !== "none";
}

/* htmx's own events are lost where a newer part took the place of what was pressed. */
document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  const { elt, xhr, requestConfig } = detail;
  if (requestConfig.verb === "get") return;
  const { textLost, textBroken, textClosed } = toasts.dataset;
  for (const name of ["error", "timeout"]) {
    xhr.addEventListener(name, () => sayFailure(textLost));
  }
  xhr.addEventListener("load", () => {
    if (isShown(elt, xhr)) return;
    sayFailure([403, 404].includes(xhr.status) ? textClosed : textBroken);
  });
});

/* A still that is not there yet gives way to the cover, then to nothing. */
function fallBack(image) {
  const other = image.dataset.fallback;
  delete image.dataset.fallback;
  if (other && image.getAttribute("src") !== other) image.src = other;
  else image.hidden = true;
}

document.addEventListener(
  "error",
  (event) => {
    if (event.target.matches?.("img[data-fallback]")) fallBack(event.target);
    else if (event.target.matches?.(".tile__frame, .watch__backdrop")) {
      event.target.hidden = true;
    }
  },
  true,
);

for (const image of document.querySelectorAll("img[data-fallback]")) {
  if (image.complete && !image.naturalWidth && image.loading !== "lazy") fallBack(image);
}

for (const node of document.querySelectorAll("[data-toast]")) fade(node);
