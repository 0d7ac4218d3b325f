/* The watch page's own doing: sheet, shelf, countdown. The room has its module. */

const page = document.querySelector("[data-watch]");
const sheet = page.querySelector("[data-sheet]");
const body = document.getElementById("sheet");
const shelf = page.querySelector("[data-shelf]");
const OPENERS = "[data-shelf-open], [data-about-open]";
let opener = null;
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

/* On a phone: what the show sells, or what it is, by the button that was pressed. */
function openShelf(button) {
  const isAbout = button.matches("[data-about-open]");
  opener?.setAttribute("aria-expanded", "false");
  opener = button;
  opener.setAttribute("aria-expanded", "true");
  shelf.dataset.open = isAbout ? "about" : "shelf";
  shelf.setAttribute("aria-labelledby", isAbout ? "about-title" : "shelf-title");
  shelf.scrollTop = 0;
  shelf.focus({ preventScroll: true });
}

function closeShelf() {
  if (!opener) return;
  const button = opener;
  opener = null;
  delete shelf.dataset.open;
  button.setAttribute("aria-expanded", "false");
  button.focus({ preventScroll: true });
}

/* Whatever is loaded into the sheet opens it; the video plays on. */
document.body.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target !== body) return;
  if (!body.childElementCount) return;
  if (sheet.hidden) openSheet();
  else startPart(body);
});

/* A part that answers what was pressed in it, as a waiting list or a report does. */
document.body.addEventListener("htmx:afterSettle", ({ target }) => {
  if (document.activeElement !== document.body) return;
  if (!sheet.hidden && body.contains(target)) startPart(target);
  else if (shelf.contains(target)) {
    target.tabIndex = -1;
    target.focus();
  }
});

page.addEventListener("click", ({ target }) => {
  const button = target.closest(OPENERS);
  if (target.closest("[data-sheet-close]")) closeSheet();
  else if (button && button !== opener) openShelf(button);
  else if (button || target.closest("[data-shelf-close]")) closeShelf();
  else if (!target.closest("[data-shelf], [data-sheet]") && sheet.hidden) closeShelf();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.target.closest("dialog")) return;
  if (!sheet.hidden) closeSheet();
  else closeShelf();
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

/* A page of another kind is fetched anew, spread over a second so that not everybody
   asks at once; what somebody types in the sheet is finished first. */
function fetchAnew() {
  const go = () => setTimeout(() => location.reload(), Math.random() * 1000);
  if (sheet.hidden) go();
  else page.addEventListener("sheet-closed", go, { once: true });
}

/* The room tells how the show goes on. */
document.addEventListener("show-changed", (event) => {
  const { why } = event.detail;
  if (why) page.dataset.why = why;
  const shown = page.dataset.state;
  const now = event.detail.state;
  if (shown === now) return;
  if (shown === "scheduled" || now === "ended") {
    fetchAnew();
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
