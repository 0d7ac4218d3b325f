/* Mentions: @name completes from people seen here, and marks whom it names. */

const MOST_NAMES = 300;
const MOST_OFFERED = 5;
const BEGUN = /(?:^|\s)@([^\s@]{0,30})$/u;

export class Mentions {
  #root;
  #field;
  #box;
  #names = new Map();
  #own = "";
  #offered = [];
  #at = -1;

  constructor(root, room) {
    this.#root = root;
    this.#box = root.querySelector("[data-chat-names]");
    this.#field = root.querySelector("[data-chat-form] [name=text]");
    room.addEventListener("open", ({ detail }) => (this.#own = detail.you.name));
    root.addEventListener("chat:line", ({ detail }) => this.#mark(detail));
    if (this.#field) this.#offerNames();
  }

  #offerNames() {
    this.#field.addEventListener("input", () => this.#look());
    this.#field.addEventListener("blur", () => this.#close());
    this.#field.addEventListener("keydown", (event) => this.#steer(event));
    /* The field keeps its focus, and the phone its keyboard. */
    this.#box.addEventListener("pointerdown", (event) => event.preventDefault());
    this.#box.addEventListener("click", ({ target }) => {
      const option = target.closest("[role=option]");
      if (option) this.#take(option.textContent);
    });
  }

  #mark({ line, message }) {
    this.#learn(message.author.name);
    const place = line.querySelector("[data-text]");
    if (!message.text.includes("@")) return;
    place.replaceChildren(...this.#cut(message.text, line));
  }

  #learn(name) {
    if (!name || name === this.#own) return;
    this.#names.delete(fold(name));
    this.#names.set(fold(name), name);
    if (this.#names.size > MOST_NAMES) {
      this.#names.delete(this.#names.keys().next().value);
    }
  }

  /* The longest name that follows an @ is the one that is meant. */
  #cut(text, line) {
    const parts = [];
    let from = 0;
    for (let at = text.indexOf("@"); at >= 0; at = text.indexOf("@", at + 1)) {
      const name = this.#nameAt(text.slice(at + 1));
      if (!name) continue;
      const end = at + 1 + name.length;
      parts.push(text.slice(from, at), mark(text.slice(at, end)));
      from = end;
      if (fold(name) === fold(this.#own)) line.dataset.forYou = "";
    }
    return [...parts, text.slice(from)];
  }

  #nameAt(rest) {
    const known = [...this.#names.values(), this.#own].filter(Boolean);
    return known
      .filter((name) => fold(rest).startsWith(fold(name)))
      .filter((name) => !/^[\p{L}\p{N}]/u.test(rest.slice(name.length)))
      .reduce((best, name) => (name.length > best.length ? name : best), "");
  }

  #look() {
    const begun = BEGUN.exec(this.#field.value.slice(0, this.#field.selectionStart));
    if (!begun) {
      this.#close();
      return;
    }
    const start = fold(begun[1]);
    this.#offered = [...this.#names.values()]
      .reverse()
      .filter((name) => fold(name).startsWith(start))
      .slice(0, MOST_OFFERED);
    this.#at = this.#offered.length ? 0 : -1;
    this.#draw();
  }

  #draw() {
    this.#box.replaceChildren(
      ...this.#offered.map((name, index) => {
        const option = document.createElement("li");
        option.id = `chat-name-${index}`;
        option.role = "option";
        option.className = "chat__name";
        option.textContent = name;
        option.setAttribute("aria-selected", String(index === this.#at));
        return option;
      }),
    );
    const isOpen = this.#offered.length > 0;
    this.#box.hidden = !isOpen;
    if (isOpen) this.#field.setAttribute("aria-activedescendant", `chat-name-${this.#at}`);
    else this.#field.removeAttribute("aria-activedescendant");
  }

  #steer(event) {
    const count = this.#offered.length;
    if (!count) return;
    const steps = { ArrowDown: 1, ArrowUp: count - 1 };
    if (event.key in steps) {
      this.#at = (this.#at + steps[event.key]) % count;
      this.#draw();
    } else if (event.key === "Enter" || event.key === "Tab") {
      this.#take(this.#offered[this.#at]);
    } else if (event.key === "Escape") {
      this.#close();
    } else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  #take(name) {
    const caret = this.#field.selectionStart;
    const before = this.#field.value.slice(0, caret).replace(/@[^\s@]*$/u, `@${name} `);
    const after = this.#field.value.slice(caret);
    if (before.length + after.length <= this.#field.maxLength) {
      this.#field.value = before + after;
      this.#field.setSelectionRange(before.length, before.length);
    }
    this.#close();
  }

  #close() {
    if (!this.#offered.length) return;
    this.#offered = [];
    this.#draw();
  }
}

/* Lengths stay as they are, so that a place in one is a place in the other. */
function fold(name) {
  return name.toLowerCase();
}

function mark(text) {
  const span = document.createElement("span");
  span.className = "chat__mention";
  span.textContent = text;
  return span;
}
