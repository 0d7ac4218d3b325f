/* Who loses a line reads why, once for all that is gone, until they put it away. */

export class Unseen {
  #note;
  #word;
  #key;
  #gone = new Map();
  #away;

  constructor(root, room) {
    this.#note = root.querySelector("[data-chat-unseen]");
    if (!this.#note) return;
    this.#word = root.dataset.textUnseen;
    this.#key = `unseen-${location.pathname}`;
    this.#away = new Set(read(this.#key));
    room.addEventListener("chat.held", ({ detail }) => this.#hear(detail));
    room.addEventListener("reset", () => {
      this.#gone.clear();
      this.#show();
    });
    this.#note
      .querySelector("[data-unseen-end]")
      .addEventListener("click", () => this.#putAway());
  }

  /* What comes back, or is erased, is no news any more. */
  #hear({ id, state, explanation }) {
    this.#gone.delete(id);
    if (state !== "removed") this.#away.delete(id);
    else if (!this.#away.has(id)) this.#gone.set(id, explanation);
    this.#show();
  }

  #show() {
    const why = [...this.#gone.values()].at(-1);
    const text = why === undefined ? "" : this.#word.replace("{why}", () => why);
    const place = this.#note.querySelector("[data-unseen-text]");
    /* The same words again are not read out again. */
    if (place.textContent !== text) place.textContent = text;
    this.#note.hidden = this.#gone.size === 0;
  }

  #putAway() {
    for (const id of this.#gone.keys()) this.#away.add(id);
    this.#gone.clear();
    keep(this.#key, [...this.#away]);
    this.#show();
  }
}

/* Without a store the notice comes back with the next visit: better than none. */
function read(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? "[]");
  } catch {
    return [];
  }
}

function keep(key, ids) {
  try {
    sessionStorage.setItem(key, JSON.stringify(ids));
  } catch {
    /* Full, or not allowed to us. */
  }
}
