/* Writing: send, reply to a line, and wait for one's turn in a slow room. */

import { sayTime } from "./times.js";

const LONGEST_WAIT_S = 24 * 3600;

export class ChatForm {
  #root;
  #form;
  #field;
  #room;
  #waiting;
  #answering;
  #replyTo = "";
  #freeAt = 0;
  #timer = null;
  #slowSeconds = 0;
  #isViewer = true;
  #say;

  constructor(root, room, say) {
    this.#form = root.querySelector("[data-chat-form]");
    if (!this.#form) return;
    this.#root = root;
    this.#room = room;
    this.#say = say;
    this.#field = this.#form.elements.namedItem("text");
    this.#waiting = root.querySelector("[data-chat-wait]");
    this.#answering = root.querySelector("[data-chat-answering]");
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    this.#field.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.#replyTo) {
        event.stopPropagation();
        this.#reply(null);
      }
    });
    root.querySelector("[data-chat-list]").addEventListener("click", ({ target }) => {
      const line = target.closest("[data-reply-open]")?.closest("[data-message]");
      if (line) this.#reply(line);
    });
    root
      .querySelector("[data-answering-end]")
      .addEventListener("click", () => this.#reply(null));
    room.addEventListener("open", ({ detail }) => {
      this.#isViewer = detail.you.role === "viewer";
    });
    room.addEventListener("closed", () => (this.#form.hidden = true));
    room.addEventListener("rules.changed", ({ detail }) => this.#learn(detail));
    room.addEventListener("chat.removed", ({ detail }) => {
      if (detail.id === this.#replyTo) this.#reply(null);
    });
  }

  /* A host who speeds the room up frees those who wait. */
  #learn({ slow_seconds: seconds }) {
    if (seconds < this.#slowSeconds) this.#wait(0);
    this.#slowSeconds = seconds;
  }

  #reply(line) {
    this.#replyTo = line?.dataset.message ?? "";
    this.#answering.hidden = !line;
    const name = line?.querySelector("[data-author]").textContent ?? "";
    const words = this.#root.dataset.textAnswering.replace("{name}", name);
    this.#answering.querySelector("[data-answering-name]").textContent = words;
    if (line) this.#field.focus({ preventScroll: true });
    else this.#returnFocus();
  }

  async #send() {
    const text = this.#field.value.trim();
    if (!text) return;
    const button = this.#form.querySelector("[type=submit]");
    const replyTo = this.#replyTo;
    const fields = replyTo ? { text, reply_to: replyTo } : { text };
    button?.setAttribute("aria-busy", "true");
    try {
      await this.#room.send("chat.post", fields);
      if (this.#field.value.trim() === text) this.#field.value = "";
      if (this.#replyTo === replyTo) this.#reply(null);
      this.#say("");
      if (this.#isViewer && this.#slowSeconds) this.#wait(this.#slowSeconds);
      this.#root.dispatchEvent(new CustomEvent("chat:sent"));
    } catch (refusal) {
      this.#say(refusal.message || this.#root.dataset.textLost);
      if (refusal.retryAfter) this.#wait(refusal.retryAfter);
    } finally {
      button?.removeAttribute("aria-busy");
      this.#returnFocus();
    }
  }

  /* Never from where somebody types meanwhile: an answer may be seconds late. */
  #returnFocus() {
    const at = document.activeElement;
    const isHere = this.#form.contains(at) || this.#answering.contains(at);
    if (isHere || at === document.body) this.#field.focus({ preventScroll: true });
  }

  /* Shown beside the field, and not read out every second. */
  #wait(seconds) {
    clearTimeout(this.#timer);
    if (seconds > LONGEST_WAIT_S) return;
    this.#freeAt = performance.now() + seconds * 1000;
    this.#tick();
  }

  #tick() {
    const left = Math.ceil((this.#freeAt - performance.now()) / 1000);
    this.#waiting.hidden = left <= 0;
    this.#waiting.textContent = left > 0 ? sayTime(left, "narrow") : "";
    if (left > 0) this.#timer = setTimeout(() => this.#tick(), 1000);
    else this.#say("");
  }
}
