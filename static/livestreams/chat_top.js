/* Above the chat's field: the room's rules; above its lines: the one kept there. */

import { sayTime } from "./times.js";

export class ChatTop {
  #root;
  #card;
  #rules;
  #follow;
  #hasFollowed = false;
  #shown = "";

  constructor(root, room) {
    this.#root = root;
    this.#card = root.querySelector("[data-chat-pinned]");
    this.#rules = root.querySelector("[data-chat-rules]");
    this.#follow = root.querySelector("[data-chat-follow]");
    this.#follow?.addEventListener("htmx:afterRequest", ({ detail }) => {
      this.#hasFollowed ||= detail.successful && detail.xhr.status < 400;
      this.#follow.hidden = this.#hasFollowed;
    });
    room.addEventListener("chat.pinned", ({ detail }) => this.#show(detail));
    room.addEventListener("chat.unpinned", ({ detail }) => this.#hide(detail.id));
    room.addEventListener("rules.changed", ({ detail }) => this.#tell(detail));
    room.addEventListener("reset", () => this.#hide(this.#shown));
  }

  #show({ id, author, text, by }) {
    this.#shown = id;
    const words = this.#root.dataset.textPinned.replace("{name}", by);
    this.#card.querySelector("[data-pinned-by]").textContent = words;
    this.#card.querySelector("[data-pinned-author]").textContent = author.name;
    this.#card.querySelector("[data-pinned-text]").textContent = text;
    this.#card.hidden = false;
  }

  #hide(id) {
    if (id !== this.#shown) return;
    this.#shown = "";
    this.#card.hidden = true;
    for (const name of ["author", "text"]) {
      this.#card.querySelector(`[data-pinned-${name}]`).textContent = "";
    }
  }

  #tell(rules) {
    const { textSlow, textAge, textFollowers, textBuyers } = this.#root.dataset;
    const slow = sayTime(rules.slow_seconds);
    const age = sayTime(rules.account_minutes * 60);
    const said = [
      rules.slow_seconds && textSlow.replace("{time}", slow),
      rules.account_minutes && textAge.replace("{time}", age),
      rules.is_followers_only && textFollowers,
      rules.is_buyers_only && textBuyers,
    ].filter(Boolean);
    this.#rules.textContent = said.join(" · ");
    this.#rules.hidden = !said.length;
    if (this.#follow) {
      this.#follow.hidden = this.#hasFollowed || !rules.is_followers_only;
    }
  }
}
