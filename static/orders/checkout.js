/* Checkout: the hold's clock, and no double clicks. All of it works without. */

const TICK_MS = 1000;

/* The server says how many seconds are left: a phone's own clock may be wrong. */
const ends = new WeakMap();

function showLeft(hold) {
  const left = hold.querySelector("[data-hold-left]");
  if (!ends.has(hold)) ends.set(hold, performance.now() + hold.dataset.hold * 1000);
  const seconds = Math.floor((ends.get(hold) - performance.now()) / 1000);
  if (seconds <= 0) {
    hold.textContent = hold.dataset.holdOver;
    hold.removeAttribute("data-hold");
    hold.classList.add("hold--over");
    return;
  }
  const rest = String(seconds % 60).padStart(2, "0");
  left.textContent = `${Math.floor(seconds / 60)}:${rest}`;
}

function tick() {
  for (const hold of document.querySelectorAll("[data-hold]")) showLeft(hold);
}

/* A second press while the first is on its way does nothing; the server would
   answer it with the same order anyway. */
function sendOnce(event) {
  const form = event.target.closest("form[data-once]");
  if (!form) return;
  if (form.dataset.sent) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  form.dataset.sent = "yes";
  form.querySelector("button[type=submit]")?.setAttribute("aria-busy", "true");
}

function freeForms() {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.querySelector("button[type=submit]")?.removeAttribute("aria-busy");
  }
}

/* After a new step was swapped in, people start at what is wrong or its heading. */
let lastStep = document.getElementById("checkout")?.dataset.step;

function focusStep(event) {
  const step = document.getElementById("checkout");
  if (!step) return;
  if (event.detail.elt?.id !== "checkout") {
    lastStep = step.dataset.step;
    return;
  }
  const wrong = step.querySelector("[aria-invalid=true]");
  if (wrong) {
    wrong.focus();
    return;
  }
  const said = step.querySelector("[role=alert]");
  if (step.dataset.step === lastStep && !said) return;
  lastStep = step.dataset.step;
  const start = said ?? step.querySelector("h2");
  if (!start) return;
  start.tabIndex = -1;
  start.focus();
}

/* A closed sheet stays closed after a reload. */
function forgetCheckout() {
  const url = new URL(location.href);
  url.searchParams.delete("checkout");
  history.replaceState(history.state, "", url);
}

/* Where the payment provider takes cards in fields of its own, its module is loaded. */
async function openCardFields() {
  const box = document.querySelector("[data-stripe-module]");
  if (!box) return;
  const fields = await import(box.dataset.stripeModule);
  fields.openCardFields();
}

document.addEventListener("sheet-closed", forgetCheckout);
document.addEventListener("submit", sendOnce, true);
document.addEventListener("htmx:afterSwap", focusStep);
document.addEventListener("htmx:afterSwap", tick);
document.addEventListener("htmx:afterSwap", openCardFields);
document.addEventListener("htmx:responseError", freeForms);
document.addEventListener("htmx:sendError", freeForms);
window.addEventListener("pageshow", (event) => {
  if (event.persisted) freeForms();
});
tick();
openCardFields();
setInterval(tick, TICK_MS);
