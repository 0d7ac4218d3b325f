/* "Shown so far" of a running show: what is shown from now on joins it at the top. */

import { nameOf } from "./names.js";

export class Shown {
  #root;
  #list;
  #livestream;
  #sheetAddress;
  #clock;
  #since = Date.now();

  constructor(root, { livestream, sheetAddress }) {
    this.#root = root;
    this.#list = root.querySelector("[data-shown-list]");
    this.#livestream = livestream;
    this.#sheetAddress = sheetAddress;
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
  #add({ id, product, media_time: moment, source }) {
    const at = Date.parse(moment ?? "") || Date.now();
    const known = this.#find(product.id);
    if (known && at < this.#since) return;
    known?.remove();
    const template = this.#root.querySelector("[data-shown-template]");
    const item = template.content.firstElementChild.cloneNode(true);
    item.dataset.shownProduct = product.id;
    const link = item.querySelector("a");
    const query = new URLSearchParams({
      show: this.#livestream,
      pin: id,
      ref: source ?? "",
    });
    link.href = `/p/${product.slug}/?${query}`;
    const address = this.#sheetAddress.replace("PRODUCT", product.slug);
    link.setAttribute("hx-get", `${address}?${query}`);
    const time = item.querySelector("[data-shown-time]");
    time.dateTime = new Date(at).toISOString();
    time.textContent = this.#clock.format(at);
    item.querySelector("[data-shown-name]").textContent = nameOf(product);
    this.#list.prepend(item);
    window.htmx?.process(item);
    this.#root.hidden = false;
  }

  #find(product) {
    return this.#list.querySelector(`[data-shown-product="${CSS.escape(product)}"]`);
  }
}
