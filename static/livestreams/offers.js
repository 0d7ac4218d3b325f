/* Offers of a room: the price, what it may claim, and the server's end of it. */

import { makeUnitPrice, sayMoney } from "./money.js";
import { readServerClock } from "./server_clock.js";

export class Offers {
  #page;
  #words;
  #template;
  #clock;
  #now;
  #offers = new Map();

  constructor(page, pins, room) {
    this.#page = page;
    this.#words = pins.dataset;
    this.#template = pins.querySelector("[data-offer-template]");
    this.#clock = new Intl.DateTimeFormat(document.documentElement.lang, {
      timeStyle: "medium",
      timeZone: page.dataset.zone,
    });
    this.#now = readServerClock(page);
    room.addEventListener("offer.opened", ({ detail }) => this.#open(detail));
    room.addEventListener("offer.closed", ({ detail }) => this.#close(detail));
    room.addEventListener("snapshot", ({ detail }) => this.#keepOnly(detail));
    document.addEventListener("pin:filled", ({ detail }) => {
      const offer = this.#offers.get(detail.product);
      if (offer) this.#decorate(detail.card, offer);
    });
  }

  #open(offer) {
    const known = this.#offers.get(offer.product);
    this.#offers.set(offer.product, offer);
    this.#write(offer);
    if (known?.version !== offer.version) tell(offer);
  }

  #close(offer) {
    if (this.#offers.get(offer.product)?.id === offer.id) {
      this.#offers.delete(offer.product);
    }
    if (this.#offers.has(offer.product)) return;
    this.#write(offer);
    tell(offer);
  }

  /* What ended while we were away: pins know their price, the shelf is fetched anew,
     spread over a second so that not everybody asks at once. */
  #keepOnly(events) {
    const opened = events.filter(({ type }) => type === "offer.opened");
    const ids = new Set(opened.map(({ id }) => id));
    const lapsed = [...this.#offers.values()].filter(({ id }) => !ids.has(id));
    for (const offer of lapsed) {
      this.#offers.delete(offer.product);
      document.dispatchEvent(new CustomEvent("offer:lapsed", { detail: offer }));
    }
    if (lapsed.length) setTimeout(() => this.#fetchShelf(), Math.random() * 1000);
  }

  #fetchShelf() {
    const how = { target: ".shelf", select: ".shelf", swap: "outerHTML" };
    if (this.#page.querySelector(".shelf")) window.htmx?.ajax("GET", location.href, how);
  }

  /* Every place that shows the product: its pin, its line on the shelf. */
  #write(offer) {
    const id = CSS.escape(offer.product);
    for (const place of this.#page.querySelectorAll(`[data-price-of="${id}"]`)) {
      place.replaceChildren(this.#makePrice(offer));
    }
    for (const place of this.#page.querySelectorAll(`[data-offer-of="${id}"]`)) {
      place.replaceChildren(...this.#makeEnd(offer));
    }
  }

  #decorate(card, offer) {
    const id = CSS.escape(offer.product);
    card.querySelector(`[data-price-of="${id}"]`)?.replaceChildren(this.#makePrice(offer));
    card.querySelector(`[data-offer-of="${id}"]`)?.replaceChildren(...this.#makeEnd(offer));
  }

  #makePrice(offer) {
    const price = make("span", "price");
    if (offer.price_minor === null) return price;
    const now = sayMoney(offer.price_minor, offer.currency);
    price.textContent = offer.is_from ? this.#words.textFrom.replace("{price}", now) : now;
    const unit = offer.unit && makeUnitPrice(offer.unit, offer.currency, this.#words.textPer);
    if (!offer.was) {
      if (unit) price.append(" ", unit);
      return price;
    }
    const was = make("span", "price__was");
    const hidden = make("span", "visually-hidden");
    hidden.textContent = `${this.#words.textWas} `;
    const struck = make("s", "");
    struck.textContent = sayMoney(offer.was_minor, offer.currency);
    was.append(hidden, struck);
    const off = make("span", "price__off");
    off.textContent = this.#words.textOff.replace("{percent}", offer.percent);
    price.append(" ", was, " ", off);
    if (unit) price.append(" ", unit);
    return price;
  }

  #makeEnd(offer) {
    if (!offer.ends_at) return [];
    const part = this.#template.content.firstElementChild.cloneNode(true);
    const end = Date.parse(offer.ends_at);
    const time = part.querySelector("[data-offer-end]");
    time.dateTime = offer.ends_at;
    time.textContent = this.#clock.format(end);
    if ("countsDown" in this.#page.dataset) {
      part.dataset.endsIn = String(Math.max(0, end - this.#now()));
      part.dataset.endsFrom = String(performance.now());
    }
    return [part];
  }
}

function make(name, style) {
  const element = document.createElement(name);
  if (style) element.className = style;
  return element;
}

function tell(offer) {
  document.dispatchEvent(new CustomEvent("offer:changed", { detail: offer }));
}
