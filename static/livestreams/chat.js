/* The chat: lines in the order of their numbers, held ones for their author. */

const MOST_LINES = 200;
const MOST_READ = 5 * MOST_LINES;
const NEAR_END_PX = 48;

export class Chat {
  #root;
  #list;
  #latest;
  #note;
  #template;
  #lines = new Map();

  constructor(root, room) {
    this.#root = root;
    this.#list = root.querySelector("[data-chat-list]");
    this.#latest = root.querySelector("[data-chat-latest]");
    this.#note = root.querySelector("[data-chat-note]");
    this.#template = root.querySelector("[data-chat-template]");
    room.addEventListener("chat.posted", ({ detail }) => this.#show(detail));
    room.addEventListener("chat.removed", ({ detail }) => this.#remove(detail.id));
    room.addEventListener("chat.held", ({ detail }) => this.#hold(detail));
    room.addEventListener("reset", () => this.#empty());
    room.addEventListener("open", () => this.say(""));
    room.addEventListener("lost", () => this.say(root.dataset.textLost));
    room.addEventListener("closed", ({ detail }) => this.say(this.#wordClosed(detail.why)));
    let isFollowing = true;
    const look = () => {
      isFollowing = this.#isAtEnd();
      this.#offerLatest();
    };
    this.#list.addEventListener("scroll", look, { passive: true });
    /* A card above makes the list shorter: the newest stay in sight. */
    new ResizeObserver(() => isFollowing && this.#follow()).observe(this.#list);
    this.#latest?.addEventListener("click", () => this.#follow());
    root.addEventListener("chat:sent", () => this.#follow());
  }

  /* Who was in when the show was limited hears of that, and why they are out. */
  #wordClosed(why) {
    const { textAdults, textMarket, textGone, textClosed } = this.#root.dataset;
    const words = {
      "livestreams.adults_only": textAdults,
      "livestreams.market_only": textMarket,
      "livestreams.livestream_missing": textGone,
    };
    return words[why] ?? textClosed;
  }

  #show(message) {
    const { id, seq, author, text } = message;
    const known = this.#lines.get(id);
    if (known && !known.dataset.held) return;
    known?.remove();
    const line = this.#draw(author, text);
    line.dataset.message = id;
    line.dataset.seq = seq;
    /* Others complete the line before it takes its place and height. */
    const told = { detail: { line, message } };
    this.#root.dispatchEvent(new CustomEvent("chat:line", told));
    this.#insert(line, seq);
    this.#lines.set(id, line);
  }

  #hold({ id, text, state, explanation }) {
    const known = this.#lines.get(id);
    if (state === "released" || state === "erased") {
      if (known?.dataset.held) this.#remove(id);
      return;
    }
    if (state === "removed") {
      if (known?.dataset.held) this.#explain(known, explanation);
      return;
    }
    if (known) return;
    const line = this.#draw({ name: this.#root.dataset.textYou, badges: [] }, text);
    line.dataset.message = id;
    line.dataset.held = "yes";
    line.classList.add("chat__line--held");
    for (const part of line.querySelectorAll("button")) part.remove();
    const { textHeld, textWhy } = this.#root.dataset;
    const why = explanation ? textWhy.replace("{why}", explanation) : "";
    line.append(note(`${textHeld} ${why}`.trim()));
    this.#insert(line, Infinity);
    this.#lines.set(id, line);
  }

  #explain(line, explanation) {
    line.querySelector("[data-text]").textContent = "";
    line.querySelector(".chat__why")?.remove();
    line.append(note(`${this.#root.dataset.textRemoved} ${explanation}`));
  }

  #draw(author, text) {
    const line = this.#template.content.firstElementChild.cloneNode(true);
    line.querySelector("[data-author]").textContent = author.name;
    const badges = line.querySelector("[data-badges]");
    for (const name of author.badges ?? []) badges.append(this.#drawBadge(name));
    line.querySelector("[data-text]").textContent = text;
    for (const button of line.querySelectorAll("button[title]")) {
      button.setAttribute("aria-label", `${button.title}: ${author.name}`);
    }
    return line;
  }

  #drawBadge(name) {
    const badge = document.createElement("span");
    badge.className = `badge badge--${name}`;
    badge.textContent = this.#root.getAttribute(`data-badge-${name}`) ?? name;
    return badge;
  }

  /* Nearly always at the end; a line from before a break finds its place. */
  #insert(line, seq) {
    const isFollowing = this.#isAtEnd();
    let after = this.#list.lastElementChild;
    while (after?.dataset.seq && Number(after.dataset.seq) > seq) {
      after = after.previousElementSibling;
    }
    if (after) after.after(line);
    else this.#list.prepend(line);
    this.#trim(isFollowing ? MOST_LINES : MOST_READ);
    if (isFollowing) this.#follow();
    else this.#offerLatest();
  }

  /* Who reads back keeps more, yet not the whole evening. */
  #trim(most) {
    while (this.#list.childElementCount > most) {
      const first = this.#list.firstElementChild;
      this.#lines.delete(first.dataset.message);
      first.remove();
    }
  }

  #remove(id) {
    this.#lines.get(id)?.remove();
    this.#lines.delete(id);
  }

  #empty() {
    this.#list.replaceChildren();
    this.#lines.clear();
  }

  #isAtEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.#list;
    return scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
  }

  #follow() {
    this.#list.scrollTop = this.#list.scrollHeight;
    this.#offerLatest();
  }

  #offerLatest() {
    if (this.#latest) this.#latest.hidden = this.#isAtEnd();
  }

  /** Tell the person who reads here something, or nothing more. */
  say(text) {
    if (this.#note) this.#note.textContent = text ?? "";
  }
}

function note(text) {
  const small = document.createElement("small");
  small.className = "chat__why";
  small.textContent = text;
  return small;
}
