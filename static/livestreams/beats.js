/* The player's heartbeat: the room counts those whose picture moves (W10). */

const EVERY_MS = 10_000;
const LOOK_MS = 1000;
const MOVED_WITHIN_MS = 3000;

export class Beats {
  #page;
  #room;
  #at = 0;
  #movedAt = -Infinity;
  #beatAt = -Infinity;

  constructor(page, room) {
    this.#page = page;
    this.#room = room;
    page.addEventListener("player:moving", ({ detail }) => {
      this.#at = Math.max(0, Math.round(detail.at ?? 0));
      this.#movedAt = performance.now();
    });
    room.addEventListener("open", () => (this.#beatAt = -Infinity));
    setInterval(() => this.#look(), LOOK_MS);
  }

  #look() {
    const now = performance.now();
    if (now - this.#beatAt < EVERY_MS || !this.#room.isOpen || !this.#isWatching(now)) {
      return;
    }
    this.#beatAt = now;
    const way = this.#page.querySelector("[data-player]")?.dataset.way ?? "";
    this.#room.send("player.beat", { at: this.#at, way }).catch(() => {});
  }

  /* In a break nobody has a picture: who had one before it goes on watching. */
  #isWatching(now) {
    if (now - this.#movedAt < MOVED_WITHIN_MS) return true;
    return this.#movedAt > 0 && this.#page.dataset.state === "paused";
  }
}
