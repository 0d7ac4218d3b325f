/* The poll on screen: buttons with bars, one vote, changed until it closes. */

const KEY = "poll-vote";

export class Polls {
  #root;
  #card;
  #room;
  #poll = null;
  #version = -1;
  #buttons = [];

  constructor(root, room) {
    this.#root = root;
    this.#room = room;
    this.#card = root.querySelector("[data-poll]");
    room.addEventListener("poll.opened", ({ detail }) => this.#open(detail));
    room.addEventListener("poll.counted", ({ detail }) => this.#count(detail));
    room.addEventListener("poll.closed", ({ detail }) => this.#close(detail));
    room.addEventListener("reset", () => this.#hide());
    this.#part("away").addEventListener("click", () => this.#hide());
  }

  #part(name) {
    return this.#card.querySelector(`[data-poll-${name}]`);
  }

  #open(poll) {
    if (this.#poll?.id === poll.id) return;
    this.#poll = poll;
    this.#version = -1;
    const template = this.#root.querySelector("[data-option-template]");
    this.#buttons = poll.options.map((text, choice) => {
      const button = template.content.firstElementChild.cloneNode(true);
      button.querySelector("[data-option-text]").textContent = text;
      button.addEventListener("click", () => this.#vote(choice));
      return button;
    });
    this.#part("options").replaceChildren(...this.#buttons);
    this.#part("question").textContent = poll.question;
    this.#part("state").textContent = this.#root.dataset.textOpen;
    this.#part("note").textContent = "";
    this.#part("away").hidden = true;
    this.#draw(poll.options.map(() => 0));
    this.#mark(recall(poll.id));
    this.#card.open = true;
    this.#card.hidden = false;
  }

  #count({ id, votes, version }) {
    if (id !== this.#poll?.id || version <= this.#version) return;
    this.#version = version;
    this.#draw(votes);
  }

  #close({ id, votes }) {
    if (id !== this.#poll?.id) return;
    this.#version = Infinity;
    this.#draw(votes);
    for (const button of this.#buttons) button.disabled = true;
    this.#part("state").textContent = this.#root.dataset.textOver;
    this.#part("note").textContent = "";
    this.#part("away").hidden = false;
  }

  #hide() {
    this.#card.hidden = true;
    this.#poll = null;
  }

  #draw(votes) {
    const total = votes.reduce((sum, count) => sum + count, 0);
    this.#buttons.forEach((button, choice) => {
      const share = total ? Math.round((100 * votes[choice]) / total) : 0;
      button.style.setProperty("--share", `${share}%`);
      button.querySelector("[data-option-share]").textContent = `${share} %`;
    });
    const { textOne, textMany } = this.#root.dataset;
    const words = total === 1 ? textOne : textMany;
    this.#part("total").textContent = words.replace("{count}", String(total));
  }

  #mark(choice) {
    this.#buttons.forEach((button, index) => {
      button.setAttribute("aria-pressed", String(index === choice));
    });
  }

  async #vote(choice) {
    const { id } = this.#poll;
    this.#mark(choice);
    try {
      await this.#room.send("poll.vote", { poll: id, choice });
      sessionStorage.setItem(KEY, JSON.stringify({ id, choice }));
      if (id === this.#poll?.id) this.#part("note").textContent = "";
    } catch (refusal) {
      if (id !== this.#poll?.id) return;
      this.#mark(recall(id));
      this.#part("note").textContent = refusal.message || this.#root.dataset.textLost;
    }
  }
}

/* What this tab chose before it was loaded again. */
function recall(id) {
  const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "{}");
  return kept.id === id ? kept.choice : null;
}
