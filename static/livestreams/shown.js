/* "Shown so far" of a running show: what is shown from now on joins it at the top. */

import { nameOf } from "./names.js";
import { addressesOf } from "./pins.js";

export class Shown {
  #root;
  #list;
  #livestream;
  #words;
  #clock;
  #since = Date.now();

  constructor(root, { livestream, words }) {
    this.#root = root;
    this.#list = root.querySelector("[data-shown-list]");
    this.#livestream = livestream;
    this.#words = words;
    this.#clock = new Intl.DateTimeFormat(document.documentElement.lang, {
      hour: "2-digit",
      minute: "2-digit",
      timeZone: root.dataset.zone,
    });
    for (const time of root.querySelectorAll("[data-shown-time]")) {
      time.textContent = this.#clock.format(Date.parse(time.dateTime));
    }
    document.addEventListener("pin:shown", ({ detail }) => this.#add(detail));
  }

  /* What was on screen when the page came is in its list already. */
  #add(pin) {
    const { id, product, bundle, media_time: moment, source } = pin;
    const key = (bundle ?? product).id;
    const at = Date.parse(moment ?? "") || Date.now();
    const known = this.#find(key);
    if (known && at < this.#since) return;
    known?.remove();
    const template = this.#root.querySelector("[data-shown-template]");
    const item = template.content.firstElementChild.cloneNode(true);
    item.dataset.shownKey = key;
    const link = item.querySelector("a");
    const query = new URLSearchParams({
      show: this.#livestream,
      pin: id,
      ref: source ?? "",
    });
    const { page, sheet } = addressesOf(pin, this.#words);
    link.href = `${page}?${query}`;
    link.setAttribute("hx-get", `${sheet}?${query}`);
    const time = item.querySelector("[data-shown-time]");
    time.dateTime = new Date(at).toISOString();
    time.textContent = this.#clock.format(at);
    item.querySelector("[data-shown-name]").textContent = nameOf(bundle ?? product);
    this.#list.prepend(item);
    window.htmx?.process(item);
    this.#root.hidden = false;
  }

  #find(key) {
    return this.#list.querySelector(`[data-shown-key="${CSS.escape(key)}"]`);
  }
}
