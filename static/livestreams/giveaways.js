/* The giveaways of a show, as they open, close and are drawn; on pages of adults. */

import { toast } from "../shopfront/site.js";

export class Giveaways {
  #root;
  #list;

  constructor(root, room) {
    this.#root = root;
    this.#list = root.querySelector("[data-giveaway-list]");
    room.addEventListener("giveaway.changed", ({ detail }) => this.#show(detail));
  }

  #show(giveaway) {
    const item = this.#find(giveaway) ?? this.#add(giveaway);
    const { textOpen: open, textClosed: closed, textDrawn: drawn, textTold } = this.#root.dataset;
    const isNews = item.dataset.giveawayState !== giveaway.state;
    item.dataset.giveawayState = giveaway.state;
    const word = { open, closed, drawn }[giveaway.state] ?? "";
    item.querySelector("[data-giveaway-word]").textContent = word;
    this.#root.hidden = false;
    if (isNews) toast(`${textTold.replace("{title}", giveaway.title)} · ${word}`);
  }

  #find(giveaway) {
    return this.#list.querySelector(`[data-giveaway="${CSS.escape(giveaway.id)}"]`);
  }

  #add(giveaway) {
    const template = this.#root.querySelector("[data-giveaway-template]");
    const item = template.content.firstElementChild.cloneNode(true);
    item.dataset.giveaway = giveaway.id;
    const link = item.querySelector("a");
    link.href = giveaway.url;
    link.textContent = giveaway.title;
    this.#list.prepend(item);
    return item;
  }
}
