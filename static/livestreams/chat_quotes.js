/* Replies: a line shows whom it answers, and leads there at a tap. */

const FLASH = "chat__line--found";

export class Quotes {
  #root;
  #list;

  constructor(root, room) {
    this.#root = root;
    this.#list = root.querySelector("[data-chat-list]");
    root.addEventListener("chat:line", ({ detail }) => this.#draw(detail));
    room.addEventListener("chat.removed", ({ detail }) => this.#forget(detail.id));
    this.#list.addEventListener("click", ({ target }) => {
      const quote = target.closest("[data-quote]");
      if (quote) this.#goTo(this.#find(quote.dataset.quote));
    });
  }

  #find(id) {
    return this.#list.querySelector(`[data-message="${CSS.escape(id)}"]`);
  }

  /* The quoted words are taken from the line itself: once it is gone, so are they. */
  #draw({ line, message }) {
    const quote = line.querySelector("[data-quote]");
    if (!message.reply_to) {
      quote.remove();
      return;
    }
    quote.dataset.quote = message.reply_to;
    quote.hidden = false;
    const quoted = this.#find(message.reply_to);
    if (!quoted) {
      this.#empty(quote);
      return;
    }
    const name = quoted.querySelector("[data-author]").textContent;
    const text = quoted.querySelector("[data-text]").textContent;
    quote.textContent = `${name}: ${text}`;
    const words = this.#root.dataset.textQuoted.replace("{name}", name);
    quote.setAttribute("aria-label", `${words}: ${text}`);
  }

  #empty(quote) {
    quote.textContent = this.#root.dataset.textEarlier;
    quote.removeAttribute("aria-label");
    quote.disabled = true;
  }

  #forget(id) {
    const places = this.#list.querySelectorAll(`[data-quote="${CSS.escape(id)}"]`);
    for (const quote of places) this.#empty(quote);
  }

  #goTo(line) {
    if (!line) return;
    line.tabIndex = -1;
    line.focus({ preventScroll: true });
    const { offsetTop, offsetHeight } = line;
    const middle = (this.#list.clientHeight - offsetHeight) / 2;
    this.#list.scrollTop = offsetTop - this.#list.offsetTop - middle;
    line.classList.add(FLASH);
    line.addEventListener("animationend", () => line.classList.remove(FLASH), {
      once: true,
    });
  }
}
