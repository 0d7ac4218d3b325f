/* The card's fields are Stripe's own frame: its number never touches this page.
   What comes back is a token, which the form sends as the way to pay. */

const LONGEST_MS = 15_000;
let library = null;

function loadLibrary(address) {
  library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = () => {
      clearTimeout(patience);
      resolve();
    };
    const giveUp = () => {
      clearTimeout(patience);
      library = null;
      reject(new Error(address));
    };
    script.onerror = giveUp;
    const patience = setTimeout(giveUp, LONGEST_MS);
    document.head.append(script);
  });
  return library;
}

class CardFields {
  constructor(box) {
    this.box = box;
    this.form = box.closest("form");
    this.place = box.querySelector("[data-new-card-fields]");
    this.fault = box.querySelector("[data-card-fault]");
    this.newCard = box.querySelector("[data-new-card]");
    box.addEventListener("change", () => this.showChoice());
  }

  /* Another press after the provider was away tries it anew. */
  getReady() {
    this.ready ??= this.open().catch((error) => {
      this.ready = null;
      throw error;
    });
    return this.ready;
  }

  async open() {
    const { stripeKey, stripeScript, amount, currency } = this.box.dataset;
    await loadLibrary(stripeScript);
    this.stripe = window.Stripe(stripeKey);
    this.elements = this.stripe.elements({
      mode: "payment",
      amount: Number(amount),
      currency,
      paymentMethodCreation: "manual",
      paymentMethodTypes: ["card"],
      appearance: { theme: matchMedia("(prefers-color-scheme: dark)").matches ? "night" : "stripe" },
    });
    this.elements.create("payment").mount(this.place);
    this.showChoice();
  }

  get isWanted() {
    return this.newCard.checked;
  }

  showChoice() {
    this.place.hidden = !this.isWanted;
    this.say("");
  }

  say(sentence) {
    this.fault.textContent = sentence;
    this.fault.hidden = !sentence;
  }

  sayAway() {
    this.say(this.box.dataset.stripeAway);
  }

  /* Returns the token, or null after saying what is wrong. */
  async makeToken() {
    await this.getReady();
    const checked = await this.elements.submit();
    const made = checked.error ? checked : await this.stripe.createPaymentMethod({ elements: this.elements });
    if (made.error) {
      this.say(made.error.message);
      return null;
    }
    return made.paymentMethod.id;
  }
}

const opened = new WeakMap();

/* Runs before the form is sent, by htmx or by the browser itself: holds it back, asks
   Stripe for the token, and sends it with the token as the way to pay. */
async function sendWithToken(event) {
  const fields = opened.get(event.target.querySelector?.("[data-stripe-key]"));
  if (!fields?.isWanted || fields.newCard.value.startsWith("pm_")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const button = fields.form.querySelector("button[type=submit]");
  button.setAttribute("aria-busy", "true");
  button.disabled = true;
  await new Promise((resolve) => setTimeout(resolve)); // this event must end first
  let token = null;
  try {
    token = await fields.makeToken();
  } catch {
    fields.sayAway();
  } finally {
    button.disabled = false;
    button.removeAttribute("aria-busy");
  }
  if (!token) return;
  fields.newCard.value = token;
  fields.form.requestSubmit(button);
}

export function openCardFields() {
  for (const box of document.querySelectorAll("[data-stripe-key]")) {
    if (opened.has(box)) continue;
    const fields = new CardFields(box);
    opened.set(box, fields);
    fields.getReady().catch(() => fields.sayAway());
  }
}

window.addEventListener("submit", sendWithToken, true);
