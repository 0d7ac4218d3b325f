/* The watch page's own doing: sheet, shelf, countdown. The room has its module. */

const page = document.querySelector("[data-watch]");
const sheet = page.querySelector("[data-sheet]");
const body = document.getElementById("sheet");
const shelf = page.querySelector("[data-shelf]");
const opener = page.querySelector("[data-shelf-open]");
let cameFrom = null;

function openSheet() {
  const at = document.activeElement;
  cameFrom = at === document.body ? null : at;
  sheet.hidden = false;
  sheet.scrollTop = 0;
  sheet.focus({ preventScroll: true });
}

function closeSheet() {
  if (sheet.hidden) return;
  sheet.hidden = true;
  body.replaceChildren();
  goBack();
  page.dispatchEvent(new CustomEvent("sheet-closed", { bubbles: true }));
}

/* To what opened the sheet; where nothing did, or it left the screen, to the show. */
function goBack() {
  if (!cameFrom?.isConnected) {
    cameFrom = page;
    page.tabIndex = -1;
  }
  cameFrom.focus({ preventScroll: true });
}

/* What was pressed is gone with the old part: people go on at what came, or is wrong. */
function startPart(part) {
  if (body.contains(document.activeElement)) return;
  const start = part.querySelector("[role=alert]") ?? part.querySelector("h2, h3") ?? sheet;
  if (start !== sheet) start.tabIndex = -1;
  if (part === body) sheet.scrollTop = 0;
  start.focus({ preventScroll: part === body });
}

function toggleShelf(open) {
  shelf.toggleAttribute("data-open", open);
  opener?.setAttribute("aria-expanded", String(open));
  if (open) shelf.focus({ preventScroll: true });
  else opener?.focus({ preventScroll: true });
}

/* Whatever is loaded into the sheet opens it; the video plays on. */
document.body.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target !== body) return;
  if (!body.childElementCount) return;
  if (sheet.hidden) openSheet();
  else startPart(body);
});

/* A part of the sheet that answers what was pressed in it, as a waiting list does. */
document.body.addEventListener("htmx:afterSettle", (event) => {
  const isLost = document.activeElement === document.body && !sheet.hidden;
  if (isLost && body.contains(event.target)) startPart(event.target);
});

page.addEventListener("click", (event) => {
  if (event.target.closest("[data-sheet-close]")) closeSheet();
  else if (event.target.closest("[data-shelf-open]")) {
    toggleShelf(!shelf.hasAttribute("data-open"));
  } else if (event.target.closest("[data-shelf-close]")) toggleShelf(false);
  else if (!event.target.closest("[data-shelf], [data-sheet]")) {
    if (shelf.hasAttribute("data-open") && sheet.hidden) toggleShelf(false);
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  if (!sheet.hidden) closeSheet();
  else if (shelf.hasAttribute("data-open")) toggleShelf(false);
});

document.addEventListener("sheet-close", closeSheet);

/* The countdown ends at the real start and then says what is going on. */
const clock = page.querySelector("[data-countdown]");
if (clock) {
  const start = Date.parse(clock.dataset.countdown);
  const tick = () => {
    const left = Math.ceil((start - Date.now()) / 1000);
    clock.hidden = false;
    if (left <= 0) {
      clock.textContent = clock.dataset.late;
      return;
    }
    clock.textContent = write(left);
    setTimeout(tick, 1000 - (Date.now() % 1000));
  };
  tick();
}

function write(seconds) {
  const days = Math.floor(seconds / 86400);
  const rest = [seconds / 3600, seconds / 60, seconds].map((value, index) =>
    String(Math.floor(value) % (index ? 60 : 24)).padStart(2, "0"),
  );
  const format = new Intl.NumberFormat(document.documentElement.lang, {
    style: "unit",
    unit: "day",
    unitDisplay: "long",
  });
  return days ? `${format.format(days)} ${rest.join(":")}` : rest.join(":");
}

/* The room tells how the show goes on. A page of another kind is fetched anew,
   spread over a second so that not everybody asks at once. */
document.addEventListener("show-changed", (event) => {
  const { why } = event.detail;
  if (why) page.dataset.why = why;
  const shown = page.dataset.state;
  const now = event.detail.state;
  if (shown === now) return;
  if (shown === "scheduled" || now === "ended") {
    setTimeout(() => location.reload(), Math.random() * 1000);
    return;
  }
  page.dataset.state = now;
  hush();
  for (const part of page.querySelectorAll("[data-while]")) {
    part.hidden = part.dataset.while !== now;
  }
});

/* What is covered is not heard either; the sound comes back as it was. */
let isHushed = false;

function hush() {
  const video = page.querySelector("[data-player] video");
  const isCovered = page.dataset.state === "paused";
  if (!video || isCovered === isHushed) return;
  if (isCovered && video.muted) return;
  isHushed = isCovered;
  video.muted = isCovered;
}

hush();
