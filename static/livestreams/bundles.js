/* Bundles of a room: what one costs now, and how many the pieces left would make. */

import { makeUnitPrice, sayMoney } from "./money.js";

const LIMITED = 25;

export class Bundles {
  #words;
  #bundles = new Map();
  #stock = new Map();

  constructor(pins, room) {
    this.#words = pins.dataset;
    room.addEventListener("bundle.changed", ({ detail }) => this.#keep(detail));
    document.addEventListener("stock:changed", ({ detail }) => this.#count(detail));
    document.addEventListener("pin:filled", ({ detail }) => {
      const bundle = this.#bundles.get(detail.bundle);
      if (bundle) this.#write(bundle, detail.card);
    });
  }

  #keep(bundle) {
    const known = this.#bundles.get(bundle.id);
    if (known && known.version > bundle.version) return;
    this.#bundles.set(bundle.id, bundle);
    this.#show(bundle);
  }

  #count(level) {
    this.#stock.set(level.variant, level);
    for (const bundle of this.#bundles.values()) {
      if (bundle.parts.some(({ variant }) => variant === level.variant)) this.#show(bundle);
    }
  }

  /* Every place that shows it: its pin, its line on the shelf. */
  #show(bundle) {
    const places = document.querySelectorAll(`[data-bundle="${CSS.escape(bundle.id)}"]`);
    for (const place of places) this.#write(bundle, place);
  }

  #write(bundle, place) {
    const price = place.querySelector("[data-bundle-price]");
    const stock = place.querySelector("[data-bundle-stock]");
    if (!price || !stock) return;
    this.#writePrice(price, bundle);
    const left = this.#countLeft(bundle);
    if (left === null) return;
    const isOut = bundle.rests || left === 0;
    put(stock, this.#say(bundle, left));
    stock.classList.toggle("stock--out", isOut);
    stock.classList.toggle("stock--few", !isOut && left <= LIMITED);
    const button = place.querySelector("[data-pin-buy]");
    if (!button) return;
    const { textBuy, textWait, textParts } = this.#words;
    put(button, bundle.rests ? textParts : isOut ? textWait : textBuy);
    button.classList.toggle("button--primary", !isOut);
    button.classList.toggle("button--outline", isOut);
  }

  #writePrice(place, { price_minor: minor, currency, unit }) {
    const words = sayMoney(minor, currency);
    if (!unit) {
      put(place, words);
      return;
    }
    const part = makeUnitPrice(unit, currency, this.#words.textPer);
    if (place.textContent === `${words} ${part.textContent}`) return;
    place.replaceChildren(words, " ", part);
  }

  /* As many as the scarcest part makes; null until all parts were told. */
  #countLeft({ parts }) {
    const counts = parts.map(({ variant, quantity }) => {
      const level = this.#stock.get(variant);
      return level ? Math.floor(Math.max(0, level.available) / quantity) : null;
    });
    return counts.includes(null) ? null : Math.min(...counts);
  }

  #say(bundle, left) {
    const { textRests, textLeft, textOut, textOutOne, textOutMany } = this.#words;
    if (bundle.rests) return textRests;
    if (left > LIMITED) return "";
    if (left > 0) return textLeft.replace("{left}", String(left));
    const waiting = this.#countWaiting(bundle);
    if (waiting === 0) return textOut;
    return waiting === 1 ? textOutOne : textOutMany.replace("{count}", String(waiting));
  }

  /* Who waits for the parts that are missing. */
  #countWaiting({ parts }) {
    const levels = parts.map(({ variant, quantity }) => [this.#stock.get(variant), quantity]);
    return levels
      .filter(([level, quantity]) => level.available < quantity)
      .reduce((sum, [level]) => sum + (level.waiting ?? 0), 0);
  }
}

function put(element, words) {
  if (element.textContent !== words) element.textContent = words;
}
