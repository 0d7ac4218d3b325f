/* Pinned products: they appear with the picture and show what is left. */

import { makeUnitPrice, sayMoney } from "./money.js";
import { nameOf } from "./names.js";

const LONGEST_WAIT_MS = 10_000;
const LOOK_AGAIN_MS = 100;
const LIMITED = 25;

export class Pins {
  #root;
  #template;
  #livestream;
  #pins = new Map();
  #stock = new Map();

  constructor(root, room, livestream) {
    this.#root = root;
    this.#livestream = livestream;
    this.#template = root.querySelector("[data-pin-template]");
    room.addEventListener("pin.placed", ({ detail }) => this.#place(detail));
    room.addEventListener("pin.removed", ({ detail }) => this.#remove(detail.id));
    room.addEventListener("snapshot", ({ detail }) => this.#keepOnly(detail));
    room.addEventListener("stock.changed", ({ detail }) => this.#keepStock(detail));
    document.addEventListener("offer:lapsed", ({ detail }) => this.#refill(detail));
    root.addEventListener("click", (event) => {
      const button = event.target.closest("[data-pin-buy]");
      if (button) this.#buy(button.closest("[data-pin]"));
    });
  }

  #place(pin) {
    const known = this.#pins.get(pin.id);
    if (known && isOld(pin, known.pin)) return;
    const entry = { pin, card: known?.card ?? null, timer: known?.timer ?? null };
    this.#pins.set(pin.id, entry);
    if (entry.card) this.#fill(entry);
    else this.#waitForPicture(entry, Date.now() + LONGEST_WAIT_MS);
  }

  /* The host pinned at a frame that our picture may not have reached yet; where no
     picture moves, none is waited for. */
  #waitForPicture(entry, until) {
    clearTimeout(entry.timer);
    const player = document.querySelector("[data-player]");
    const shown = player?.isMoving?.() ? player.mediaTime() : null;
    const due = Date.parse(entry.pin.media_time ?? "");
    if (shown !== null && shown < due && Date.now() < until) {
      const again = () => this.#waitForPicture(entry, until);
      entry.timer = setTimeout(again, LOOK_AGAIN_MS);
      return;
    }
    entry.card = this.#template.content.firstElementChild.cloneNode(true);
    this.#fill(entry);
    this.#root.append(entry.card);
    tell("pin:shown", entry.pin);
  }

  #fill({ pin, card }) {
    const { product, bundle } = pin;
    card.dataset.pin = pin.id;
    const picture = card.querySelector("[data-pin-picture]");
    if (product.image) picture.src = product.image;
    else picture.removeAttribute("src");
    picture.alt = product.image_alt ?? "";
    card.querySelector("[data-pin-name]").textContent = nameOf(bundle ?? product);
    card.querySelector("[data-pin-buy]").setAttribute("aria-describedby", `pin-${pin.id}`);
    card.querySelector("[data-pin-name]").id = `pin-${pin.id}`;
    if (bundle) this.#fillBundle(card, bundle);
    else this.#fillProduct(card, pin);
  }

  #fillProduct(card, pin) {
    const { product, variants } = pin;
    card.dataset.product = product.id;
    if (variants.length === 1) card.dataset.variant = variants[0].id;
    const price = card.querySelector("[data-pin-price]");
    price.replaceChildren(...this.#describePrice(variants));
    price.dataset.priceOf = product.id;
    card.querySelector("[data-offer-of]").dataset.offerOf = product.id;
    this.#showLowest(card, pin);
    this.#showStock(card, pin);
    tell("pin:filled", { product: product.id, card });
  }

  /* What the record says, where an earlier price was said that it denies. */
  #showLowest(card, { variants, lowest_minor: lowest }) {
    const place = card.querySelector("[data-pin-lowest]");
    if (!place) return;
    place.hidden = !variants.length || !Number.isInteger(lowest);
    if (place.hidden) return;
    const price = sayMoney(lowest, variants[0].currency);
    place.textContent = `${this.#root.dataset.textWas} ${price}`;
  }

  /* What a bundle costs and how many are left is written by those who are told. */
  #fillBundle(card, bundle) {
    card.dataset.bundle = bundle.id;
    card.removeAttribute("data-product");
    card.querySelector("[data-pin-price]").dataset.bundlePrice = "";
    card.querySelector("[data-pin-stock]").dataset.bundleStock = "";
    tell("pin:filled", { bundle: bundle.id, card });
  }

  #describePrice(variants) {
    if (!variants.length) return [];
    const cheapest = variants.reduce((a, b) => (b.price_minor < a.price_minor ? b : a));
    const isOne = variants.every((one) => one.price_minor === cheapest.price_minor);
    const { textFrom = "{price}", textPer } = this.#root.dataset;
    const price = sayMoney(cheapest.price_minor, cheapest.currency);
    const words = isOne ? price : textFrom.replace("{price}", price);
    if (!cheapest.unit) return [words];
    return [words, " ", makeUnitPrice(cheapest.unit, cheapest.currency, textPer)];
  }

  #keepStock(change) {
    const known = this.#stock.get(change.variant);
    if (known && known.version > change.version) return;
    this.#stock.set(change.variant, change);
    for (const { pin, card } of this.#pins.values()) {
      if (card && !pin.bundle) this.#showStock(card, pin);
    }
    const siblings = [...this.#stock.values()].filter(
      ({ product }) => product === change.product,
    );
    for (const place of find(`[data-left-of="${change.product}"]`)) {
      this.#write(place, siblings);
    }
    for (const place of find(`[data-variant="${change.variant}"] [data-left]`)) {
      this.#write(place, [change]);
    }
    for (const place of find(`[data-waiting="${change.variant}"] [data-waiting-count]`)) {
      place.textContent = this.#describeStock([change]);
    }
    tell("stock:changed", change);
  }

  #showStock(card, { variants }) {
    const levels = variants.map(({ id }) => this.#stock.get(id)).filter(Boolean);
    const isOut = this.#write(card.querySelector("[data-pin-stock]"), levels);
    const { textBuy, textWait } = this.#root.dataset;
    const words = isOut ? textWait : textBuy;
    const button = card.querySelector("[data-pin-buy]");
    if (words && button.textContent !== words) button.textContent = words;
    button.classList.toggle("button--primary", !isOut);
    button.classList.toggle("button--outline", isOut);
  }

  /* Put what is left of some variants into its place; tell whether nothing is. */
  #write(place, levels) {
    const words = this.#describeStock(levels);
    if (place.textContent !== words) place.textContent = words;
    const isOut = levels.length > 0 && levels.every((level) => level.available <= 0);
    place.classList.toggle("stock--out", isOut);
    place.classList.toggle("stock--few", !isOut && words !== "");
    return isOut;
  }

  #describeStock(levels) {
    if (!levels.length) return "";
    const total = levels.reduce((sum, level) => sum + Math.max(0, level.available), 0);
    if (total === 0) return this.#describeOut(levels);
    const isLimited = total <= LIMITED;
    const words = this.#root.dataset.textLeft ?? "";
    return isLimited ? words.replace("{left}", String(total)) : "";
  }

  /* The lists' places: the same number that the ledger has. */
  #describeOut(levels) {
    const { textOut, textOutOne, textOutMany } = this.#root.dataset;
    const waiting = levels.reduce((sum, level) => sum + (level.waiting ?? 0), 0);
    if (waiting === 0) return textOut ?? "";
    if (waiting === 1) return textOutOne ?? "";
    return (textOutMany ?? "").replace("{count}", String(waiting));
  }

  #buy(card) {
    const entry = this.#pins.get(card.dataset.pin);
    if (!entry) return;
    const { pin } = entry;
    tell("pin:buy", pin);
    const query = new URLSearchParams({
      show: this.#livestream,
      pin: pin.id,
      ref: pin.source ?? "",
    });
    const { page, sheet } = addressesOf(pin, this.#root.dataset);
    if (sheet && window.htmx && document.getElementById("sheet")) {
      const headers = { "Buy-Now": "1" };
      const how = { target: "#sheet", source: card, headers };
      window.htmx.ajax("GET", `${sheet}?${query}`, how);
    } else {
      location.assign(`${page}?${query}`);
    }
  }

  #keepOnly(events) {
    const placed = events.filter(({ type }) => type === "pin.placed");
    const ids = new Set(placed.map(({ id }) => id));
    for (const id of [...this.#pins.keys()]) {
      if (!ids.has(id)) this.#remove(id);
    }
  }

  #refill({ product }) {
    for (const entry of this.#pins.values()) {
      if (entry.card && entry.pin.product.id === product) this.#fill(entry);
    }
  }

  #remove(id) {
    const entry = this.#pins.get(id);
    if (!entry) return;
    clearTimeout(entry.timer);
    entry.card?.remove();
    this.#pins.delete(id);
    tell("pin:gone", entry.pin);
  }
}

/** Return where what is pinned has its page, and its sheet where there is one. */
export function addressesOf({ product, bundle }, { sheetAddress, bundleAddress }) {
  if (bundle) {
    const sheet = bundleAddress?.replace("BUNDLE", bundle.id);
    return { page: `/bundles/${bundle.id}/`, sheet };
  }
  const sheet = sheetAddress?.replace("PRODUCT", product.slug);
  return { page: `/p/${product.slug}/`, sheet };
}

/* A picture has no version of its own: one that was exchanged or blurred comes with
   the version that its pin had. */
function isOld(pin, known) {
  const isSame = pin.product.image === known.product.image;
  return pin.version < known.version || (pin.version === known.version && isSame);
}

function find(selector) {
  return document.querySelectorAll(selector);
}

function tell(name, detail) {
  document.dispatchEvent(new CustomEvent(name, { detail }));
}
