/* What moderators decided: told to the person alone, and shield mode to all. */

import { Unseen } from "./told_lines.js";

export class Told {
  #root;
  #note;
  #shield;
  #standing = new Map();
  #timer;

  constructor(root, room) {
    this.#root = root;
    new Unseen(root, room);
    this.#note = root.querySelector("[data-chat-told]");
    this.#shield = root.querySelector("[data-chat-shield]");
    room.addEventListener("moderation.told", ({ detail }) => this.#hear(detail));
    room.addEventListener("shield.changed", ({ detail }) => {
      this.#shield.hidden = !detail.is_on;
    });
    room.addEventListener("reset", () => {
      this.#standing.clear();
      this.#shield.hidden = true;
      this.#show();
    });
  }

  #hear(decision) {
    if (decision.is_undone) this.#standing.delete(decision.id);
    else this.#standing.set(decision.id, decision);
    this.#show();
  }

  /* The one that lasts longest is shown, and goes by itself when it is over. */
  #show() {
    if (!this.#note) return;
    clearTimeout(this.#timer);
    const now = Date.now();
    const ends = ({ until }) => (until ? Date.parse(until) : Infinity);
    const [decision] = [...this.#standing.values()]
      .filter((one) => ends(one) > now)
      .sort((one, other) => ends(other) - ends(one));
    this.#note.hidden = !decision;
    if (!decision) return;
    this.#note.querySelector("[data-told-text]").textContent = this.#word(decision);
    const left = ends(decision) - now;
    if (left < 2 ** 31) this.#timer = setTimeout(() => this.#show(), left);
  }

  #word({ act, reason, until }) {
    const { textMuted, textMutedUntil, textBanned } = this.#root.dataset;
    if (act === "ban") return textBanned.replace("{reason}", reason);
    if (!until) return textMuted.replace("{reason}", reason);
    const time = new Date(until).toLocaleTimeString(document.documentElement.lang, {
      hour: "2-digit",
      minute: "2-digit",
    });
    return textMutedUntil.replace("{time}", time).replace("{reason}", reason);
  }
}
