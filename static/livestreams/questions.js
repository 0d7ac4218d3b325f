/* Questions: asked in a dialog of their own, one on screen for all. */

export class Questions {
  #dialog;
  #form;
  #note;
  #list;
  #opener;
  #card;
  #words;
  #room;
  #shown = "";

  constructor(root, room) {
    this.#room = room;
    this.#words = root.querySelector("[data-asked]").dataset;
    this.#card = root.querySelector("[data-question-card]");
    room.addEventListener("question.pinned", ({ detail }) => this.#show(detail));
    room.addEventListener("question.unpinned", ({ detail }) => this.#hide(detail.id));
    room.addEventListener("reset", () => this.#hide(this.#shown));
    this.#dialog = root.querySelector("[data-ask]");
    if (this.#dialog) this.#prepare(root);
  }

  #prepare(root) {
    this.#form = this.#dialog.querySelector("form");
    this.#note = this.#dialog.querySelector("[data-ask-note]");
    this.#list = this.#dialog.querySelector("[data-ask-list]");
    this.#opener = root.querySelector("[data-ask-open]");
    this.#opener.addEventListener("click", () => {
      this.#note.textContent = "";
      this.#opener.removeAttribute("data-news");
      this.#dialog.showModal();
    });
    this.#dialog
      .querySelector("[data-ask-close]")
      .addEventListener("click", () => this.#dialog.close());
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    this.#room.addEventListener("question.told", ({ detail }) => this.#tell(detail));
  }

  #show({ id, name, text, answer }) {
    this.#shown = id;
    const by = this.#words.textBy.replace("{name}", name);
    this.#card.querySelector("[data-question-by]").textContent = by;
    this.#card.querySelector("[data-question-text]").textContent = text;
    const place = this.#card.querySelector("[data-question-answer]");
    place.textContent = answer;
    place.hidden = !answer;
    this.#card.hidden = false;
  }

  #hide(id) {
    if (id !== this.#shown) return;
    this.#shown = "";
    this.#card.hidden = true;
    this.#card.querySelector("[data-question-text]").textContent = "";
    this.#card.querySelector("[data-question-answer]").textContent = "";
  }

  /* The newest stands first; each says what became of it. */
  #tell({ id, text, state, answer, explanation }) {
    const known = this.#list.querySelector(`[data-own="${CSS.escape(id)}"]`);
    if (state === "erased") {
      known?.remove();
      return;
    }
    const item = document.createElement("li");
    item.dataset.own = id;
    const asked = document.createElement("p");
    asked.textContent = text;
    const fate = document.createElement("p");
    fate.className = "muted small";
    const words = this.#dialog.getAttribute(`data-state-${state}`) ?? "";
    const reason = state === "dismissed" ? explanation : "";
    fate.textContent = [words, answer || reason].filter(Boolean).join(" ");
    if (state === "dismissed") fate.append(" ", this.#linkAppeal());
    item.append(asked, fate);
    if (known) {
      known.replaceWith(item);
      if (!this.#dialog.open) this.#opener.setAttribute("data-news", "");
    } else this.#list.prepend(item);
  }

  #linkAppeal() {
    const link = document.createElement("a");
    link.href = this.#dialog.dataset.decisions;
    link.textContent = this.#dialog.dataset.textDecisions;
    link.target = "_blank";
    link.rel = "noopener";
    return link;
  }

  async #send() {
    const button = this.#form.querySelector("[type=submit]");
    const field = this.#form.elements.namedItem("text");
    const text = field.value.trim();
    if (!text) return;
    button.setAttribute("aria-busy", "true");
    try {
      const { state } = await this.#room.send("question.ask", { text });
      field.value = "";
      this.#note.textContent = this.#dialog.getAttribute(`data-state-${state}`) ?? "";
    } catch (refusal) {
      this.#note.textContent = refusal.message || this.#dialog.dataset.textLost;
    } finally {
      button.removeAttribute("aria-busy");
    }
  }
}
