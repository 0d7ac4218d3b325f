/* Keeps a picture on its way: another line after a loss, a smaller one when slow. */

import { Line } from "./line.js";

const STEPS = [2_500_000, 1_200_000, 600_000];
const PAUSES_MS = [500, 1000, 2000, 4000, 8000];
const BEHIND_SECONDS = 3;
const FOR_GOOD = new Set([4400, 4403, 4409]);

/** Events: `state` with {name, reason}: connecting, sending, slower, lost, over. */
export class Sender extends EventTarget {
  constructor(ticketUrl) {
    super();
    this.ticketUrl = ticketUrl;
    this.step = 0;
    this.failures = 0;
    this.line = null;
    this.isWanted = false;
    window.addEventListener("online", () => this.timer && this.#connect());
  }

  /** Send this stream from now on; what was sent before goes on until it is open. */
  send(stream) {
    this.stream = stream;
    this.isWanted = true;
    this.#connect();
  }

  async stop() {
    this.isWanted = false;
    this.#wait(null);
    const { line } = this;
    this.line = null;
    await line?.stop();
  }

  #say(name, reason = "") {
    this.dispatchEvent(new CustomEvent("state", { detail: { name, reason } }));
  }

  #wait(pause) {
    clearTimeout(this.timer);
    this.timer = pause === null ? null : setTimeout(() => this.#connect(), pause);
  }

  async #connect() {
    this.#wait(null);
    this.attempt = (this.attempt ?? 0) + 1;
    const { attempt } = this;
    if (!this.line) this.#say("connecting");
    let pass;
    try {
      pass = await this.#ask();
    } catch {
      if (attempt === this.attempt) this.#retry();
      return;
    }
    if (attempt !== this.attempt || !this.isWanted) return;
    if (!pass) {
      this.#finish("refused");
      return;
    }
    const next = new Line(this.stream, pass, STEPS[this.step]);
    next.addEventListener("open", () => this.#take(next));
    next.addEventListener("behind", ({ detail }) => this.#weigh(next, detail));
    next.addEventListener("closed", ({ detail }) => this.#lose(next, detail));
  }

  /* A ticket holds two minutes, so each line asks for its own. */
  async #ask() {
    const answer = await fetch(this.ticketUrl, { headers: { Accept: "application/json" } });
    if (answer.status >= 500) throw new Error("away");
    return answer.ok && !answer.redirected ? answer.json() : null;
  }

  #take(next) {
    const before = this.line;
    this.line = next;
    if (!this.isWanted) {
      next.stop();
      return;
    }
    before?.stop();
    this.failures = 0;
    this.#say(this.step ? "slower" : "sending");
  }

  #weigh(line, behind) {
    if (line !== this.line || behind < BEHIND_SECONDS) return;
    if (this.step === STEPS.length - 1 || line.isTooFast) return;
    line.isTooFast = true; // said once: its successor is already being connected
    this.step += 1;
    this.#connect();
  }

  #lose(line, { code, reason }) {
    const isCurrent = line === this.line || this.line === null;
    if (!isCurrent || !this.isWanted) return;
    this.line = null;
    if (FOR_GOOD.has(code)) this.#finish("over", reason);
    else this.#retry();
  }

  #retry() {
    this.#say("lost");
    this.#wait(PAUSES_MS[Math.min(this.failures, PAUSES_MS.length - 1)]);
    this.failures += 1;
  }

  #finish(name, reason = "") {
    this.isWanted = false;
    this.#wait(null);
    this.#say(name, reason);
  }
}
