/* What a screen reader hears of the chat: one sentence every few seconds at most. */

const EVERY_MS = 5000;
const MOST_LETTERS = 120;

export class ChatHeard {
  #root;
  #place;
  #own = "";
  #since = null;
  #count = 0;
  #last = null;
  #forYou = null;
  #timer = null;

  constructor(root, room) {
    this.#root = root;
    this.#place = root.querySelector("[data-chat-heard]");
    room.addEventListener("open", ({ detail }) => {
      this.#own = detail.you.name;
      this.#since ??= detail.seq;
    });
    room.addEventListener("reset", () => (this.#since = null));
    root.addEventListener("chat:line", ({ detail }) => this.#hear(detail));
  }

  /* What was said before one came is there to be read, not called out. */
  #hear({ line, message }) {
    const isOwn = message.author.name === this.#own;
    if (this.#since === null || message.seq <= this.#since || isOwn) return;
    this.#count += 1;
    this.#last = message;
    if ("forYou" in line.dataset) this.#forYou = message;
    this.#timer ??= setTimeout(() => this.#speak(), EVERY_MS);
  }

  #speak() {
    const { textMentioned, textNew } = this.#root.dataset;
    this.#place.textContent = this.#forYou
      ? `${textMentioned.replace("{name}", this.#forYou.author.name)} ${cut(this.#forYou)}`
      : this.#count === 1
        ? `${this.#last.author.name}: ${cut(this.#last)}`
        : textNew.replace("{count}", String(this.#count));
    this.#count = 0;
    this.#forYou = null;
    this.#timer = null;
  }
}

function cut({ text }) {
  return text.length > MOST_LETTERS ? `${text.slice(0, MOST_LETTERS)}…` : text;
}
