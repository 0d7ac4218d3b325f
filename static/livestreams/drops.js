/* The drops of a show, as they are announced, moved, called off; each opens and ends at
   an instant of the server's clock, for which the page waits. */

import { toast } from "../shopfront/site.js";
import { nameOf } from "./names.js";
import { readServerClock } from "./server_clock.js";

const LONGEST_WAIT_MS = 3_600_000;

export class Drops {
  #root;
  #list;
  #now;
  #clock;
  #timers = new WeakMap();

  constructor(root, page, room) {
    this.#root = root;
    this.#list = root.querySelector("[data-drop-list]");
    this.#now = readServerClock(page);
    this.#clock = new Intl.DateTimeFormat(document.documentElement.lang, {
      dateStyle: "medium",
      timeStyle: "short",
      timeZone: page.dataset.zone,
    });
    for (const item of this.#list.children) this.#follow(item);
    room.addEventListener("drop.changed", ({ detail }) => this.#hear(detail));
  }

  #hear(drop) {
    const opens = Date.parse(drop.opens_at);
    const ends = Date.parse(drop.ends_at);
    const known = this.#list.querySelector(`[data-drop="${CSS.escape(drop.id)}"]`);
    const isOff = drop.state === "called_off";
    if (!known && (isOff || ends <= this.#now())) return;
    const item = known ?? this.#add(drop);
    const { dropState: state, opens: stood } = item.dataset;
    const isNews = state !== drop.state || Date.parse(stood) !== opens;
    item.dataset.dropState = drop.state;
    item.dataset.opens = drop.opens_at;
    item.dataset.ends = drop.ends_at;
    if (isNews) {
      this.#write(item, opens);
      document.dispatchEvent(new CustomEvent("drop:changed", { detail: drop }));
    }
    this.#follow(item);
    const { textTold, textMoved, textOff } = this.#root.dataset;
    const time = this.#clock.format(opens);
    const words = isOff ? textOff : (known ? textMoved : textTold).replace("{time}", time);
    if (isNews) toast(words.replace("{title}", nameOf(drop)));
  }

  #add(drop) {
    const template = this.#root.querySelector("[data-drop-template]");
    const item = template.content.firstElementChild.cloneNode(true);
    item.dataset.drop = drop.id;
    const link = item.querySelector("a");
    link.href = drop.url;
    link.textContent = nameOf(drop);
    this.#list.append(item);
    return item;
  }

  #write(item, opens) {
    const time = item.querySelector("time");
    time.dateTime = new Date(opens).toISOString();
    time.textContent = this.#clock.format(opens);
  }

  /* Says how it stands, and looks again when its next instant comes. */
  #follow(item) {
    clearTimeout(this.#timers.get(item));
    const isOff = item.dataset.dropState === "called_off";
    const left = (moment) => Date.parse(moment) - this.#now();
    const toOpening = left(item.dataset.opens);
    const toEnd = left(item.dataset.ends);
    const isOpen = !isOff && toOpening <= 0;
    const word = item.querySelector("[data-drop-word]");
    const { textOpen, textCalledOff } = this.#root.dataset;
    word.textContent = isOff ? textCalledOff : isOpen ? textOpen : "";
    word.hidden = !word.textContent;
    if (isOff) item.querySelector("a").removeAttribute("href");
    item.hidden = !isOff && toEnd <= 0;
    this.#root.hidden = [...this.#list.children].every((one) => one.hidden);
    if (isOff || toEnd <= 0) return;
    const wait = Math.min(isOpen ? toEnd : toOpening, LONGEST_WAIT_MS);
    this.#timers.set(
      item,
      setTimeout(() => this.#follow(item), wait),
    );
  }
}
