/* Private cases: what only its author sees, and chooses, of a line of chat (C6). */

export class Cases {
  #place;
  #template;
  #room;
  #cards = new Map();

  constructor(root, room) {
    this.#place = root.querySelector("[data-cases]");
    this.#template = root.querySelector("[data-case-template]");
    this.#room = room;
    if (!this.#place) return;
    room.addEventListener("case.told", ({ detail }) => this.#tell(detail));
    room.addEventListener("reset", () => this.#empty());
  }

  /* The newest stands first; a card that somebody has begun to fill in stays. */
  #tell(told) {
    const known = this.#cards.get(told.id);
    if (told.state === "room" || told.state === "gone") {
      this.#remove(told.id);
      return;
    }
    const isSame =
      known?.dataset.state === told.state &&
      known.dataset.shown === String(told.is_shown);
    if (isSame || this.#isHidden(told.id)) return;
    const card = this.#draw(told);
    if (known) {
      const hadFocus = known.contains(document.activeElement);
      known.replaceWith(card);
      if (hadFocus) card.querySelector("[data-case-link]").focus();
    } else this.#place.prepend(card);
    this.#cards.set(told.id, card);
  }

  #draw(told) {
    const card = this.#template.content.firstElementChild.cloneNode(true);
    const words = this.#place.dataset;
    const isOpened = told.state === "opened";
    const title = card.querySelector("[data-case-title]");
    card.dataset.case = told.id;
    card.dataset.state = told.state;
    card.dataset.shown = String(told.is_shown);
    title.id = `case-${told.id}`;
    card.setAttribute("aria-labelledby", title.id);
    title.textContent = isOpened
      ? words.textOpened.replace("{number}", told.number)
      : told.is_shown
        ? words.textShown
        : words.textAside;
    const hints = { danger: words.hintDanger, quality: words.hintQuality };
    card.querySelector("[data-case-hint]").textContent = isOpened
      ? words.hintOpened
      : (hints[told.about] ?? words.hintComplaint);
    card.querySelector("[data-case-text]").textContent = told.text;
    card.querySelector("[data-case-choice]").hidden = isOpened;
    card.querySelector("[data-case-done]").hidden = !isOpened;
    if (isOpened) this.#drawDone(card, told);
    else this.#drawChoice(card, told);
    return card;
  }

  #drawChoice(card, told) {
    const choice = card.querySelector("[data-case-line]");
    for (const line of told.lines) {
      choice.add(new Option(`${line.title} · ${line.order}`, line.id));
    }
    if (told.lines.length === 0) choice.closest("label").hidden = true;
    const decline = card.querySelector("[data-case-decline]");
    if (told.is_shown) decline.textContent = this.#place.dataset.textNo;
    decline.addEventListener("click", () =>
      this.#send(card, "case.decline", { message: told.id }),
    );
    card
      .querySelector("[data-case-open]")
      .addEventListener("click", () =>
        this.#send(card, "case.open", { message: told.id, line: choice.value }),
      );
  }

  #drawDone(card, told) {
    card.querySelector("[data-case-link]").href = told.url;
    card.querySelector("[data-case-hide]").addEventListener("click", () => {
      sessionStorage.setItem(`case-${told.id}`, "hidden");
      this.#remove(told.id);
    });
  }

  async #send(card, command, facts) {
    const note = card.querySelector("[data-case-note]");
    card.setAttribute("aria-busy", "true");
    try {
      await this.#room.send(command, facts);
      note.textContent = "";
    } catch (refusal) {
      note.textContent = refusal.message || this.#place.dataset.textLost;
    } finally {
      card.removeAttribute("aria-busy");
    }
  }

  #isHidden(id) {
    return sessionStorage.getItem(`case-${id}`) === "hidden";
  }

  #remove(id) {
    this.#cards.get(id)?.remove();
    this.#cards.delete(id);
  }

  #empty() {
    this.#place.replaceChildren();
    this.#cards.clear();
  }
}
