/* The room's socket: commands with answers, events in order, back by itself. */

const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_MS = 15_000;
const TICKET_MS = 540_000;
const ANSWER_MS = 10_000;
const FINAL_CODES = new Set([4403, 4404]);
const FINAL_STATUSES = new Set([403, 404]);
const FORBIDDEN_CODE = 4403;
const TICKET_CODE = 4401;
const RESET_CODE = 4409;
const SILENT_CODE = 1006;

/** What the server refused, with its stable code. */
export class Refusal extends Error {
  constructor({ code, message, retry_after: retryAfter }) {
    super(message);
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

/**
 * One seat in a room. Events arrive as CustomEvents of their wire name; beside
 * them `open`, `lost` (a new try follows), `closed` (none does: `why` is the code of
 * the refusal, where the page was given no other ticket), `reset`, and
 * `snapshot` with all events of a first frame, before each of them: what it has no
 * more ended while nobody here listened.
 */
export class RoomConnection extends EventTarget {
  #path;
  #ticket;
  #ticketUrl;
  #ticketAt = Date.now();
  #socket = null;
  #waiting = new Map();
  #lastId = 0;
  #seq = null;
  #ahead = 0;
  #isReset = false;
  #isSyncing = false;
  #failures = 0;
  #timer = null;
  #isFinal = false;

  constructor({ path, ticket, ticketUrl }) {
    super();
    this.#path = path;
    this.#ticket = ticket;
    this.#ticketUrl = ticketUrl;
    addEventListener("online", () => this.#hurry());
    addEventListener("pageshow", () => this.#hurry());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.#hurry();
    });
  }

  get isOpen() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  open() {
    clearTimeout(this.#timer);
    this.#timer = null;
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const address = `${scheme}//${location.host}${this.#path}`;
    const offers = this.#ticket ? [`ticket.${this.#ticket}`] : [];
    const socket = new WebSocket(address, offers);
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => {
      if (socket !== this.#socket) return;
      const events = JSON.parse(data);
      if (events[0]?.type === "hello") {
        this.dispatchEvent(new CustomEvent("snapshot", { detail: events }));
      }
      for (const event of events) this.#take(event);
    });
    socket.addEventListener("close", ({ code }) => {
      if (socket === this.#socket) this.#lose(code);
    });
  }

  /** Send a command; resolves to its result, rejects with a Refusal. */
  send(type, fields = {}) {
    if (!this.isOpen) {
      return Promise.reject(new Refusal({ code: "room.away", message: "" }));
    }
    this.#lastId += 1;
    const id = String(this.#lastId);
    const socket = this.#socket;
    socket.send(JSON.stringify({ id, type, ...fields }));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#abandon(socket), ANSWER_MS);
      this.#waiting.set(id, { resolve, reject, timer });
    });
  }

  #take(event) {
    if (event.type === "ok" || event.type === "error") this.#settle(event);
    else if (event.type === "ticket") this.#keepTicket(event.value);
    else {
      if (event.type === "hello") this.#greet(event);
      else if (event.seq) this.#count(event.seq);
      this.dispatchEvent(new CustomEvent(event.type, { detail: event }));
    }
  }

  #settle(event) {
    const waiting = this.#waiting.get(event.id);
    if (!waiting) return;
    this.#waiting.delete(event.id);
    clearTimeout(waiting.timer);
    if (event.type === "ok") waiting.resolve(event.result ?? {});
    else waiting.reject(new Refusal(event));
  }

  #greet(hello) {
    this.#failures = 0;
    this.#ahead = 0;
    const known = this.#seq;
    if (known === null) this.#seq = hello.seq;
    else if (this.#isReset || hello.seq < known) this.#startAgain(hello.seq);
    else if (hello.seq > known) this.#sync();
    this.dispatchEvent(new CustomEvent("open", { detail: hello }));
  }

  /* A crash took the newest chat: what we show is no longer what is stored. */
  #startAgain(seq) {
    this.#seq = seq;
    this.#isReset = false;
    this.dispatchEvent(new CustomEvent("reset"));
  }

  /* While missed events are fetched, newer ones must not hide the gap. */
  #count(seq) {
    if (this.#isSyncing) this.#ahead = Math.max(this.#ahead, seq);
    else this.#seq = Math.max(this.#seq, seq);
  }

  async #sync() {
    if (this.#isSyncing) return;
    this.#isSyncing = true;
    try {
      let result;
      do {
        result = await this.send("room.sync", { after: this.#seq });
        if (result.is_reset) this.#startAgain(result.seq);
        this.#seq = result.seq;
      } while (result.is_complete === false);
      this.#seq = Math.max(this.#seq, this.#ahead);
      this.#isSyncing = false;
    } catch (refusal) {
      const again = () => {
        this.#isSyncing = false;
        if (this.isOpen) this.#sync();
      };
      if (this.isOpen) setTimeout(again, (refusal.retryAfter ?? 1) * 1000);
      else this.#isSyncing = false;
    }
  }

  /* A server that does not answer stands still: the next try may reach another. */
  #abandon(socket) {
    if (socket !== this.#socket) return;
    this.#lose(SILENT_CODE);
    socket.close();
  }

  #lose(code, why = "") {
    this.#socket = null;
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      reject(new Refusal({ code: "room.away", message: "" }));
    }
    this.#waiting.clear();
    if (FINAL_CODES.has(code)) {
      this.#isFinal = true;
      this.dispatchEvent(new CustomEvent("closed", { detail: { code, why } }));
      return;
    }
    if (code === TICKET_CODE) this.#ticketAt = 0;
    if (code === RESET_CODE) this.#isReset = true;
    this.dispatchEvent(new CustomEvent("lost", { detail: { code } }));
    const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#failures);
    this.#failures += 1;
    this.#timer = setTimeout(() => this.#return(), longest * (0.5 + Math.random()));
  }

  /* Jitter spreads a crowd that lost its server at one moment. */
  #hurry() {
    if (this.#socket || this.#isFinal || !this.#timer) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#return(), Math.random() * 500);
  }

  async #return() {
    this.#timer = null;
    if (this.#ticketUrl && Date.now() - this.#ticketAt > TICKET_MS) {
      try {
        this.#keepTicket(await fetchTicket(this.#ticketUrl));
      } catch (error) {
        if (error instanceof Refusal) this.#lose(FORBIDDEN_CODE, error.code);
        else this.#lose(SILENT_CODE);
        return;
      }
    }
    this.open();
  }

  #keepTicket(value) {
    this.#ticket = value;
    this.#ticketAt = Date.now();
  }
}

async function fetchTicket(address) {
  const headers = JSON.parse(document.body.getAttribute("hx-headers") ?? "{}");
  const signal = AbortSignal.timeout(ANSWER_MS);
  const response = await fetch(address, { method: "POST", headers, signal });
  if (FINAL_STATUSES.has(response.status)) {
    throw new Refusal({ code: response.headers.get("X-Error-Code") ?? "", message: "" });
  }
  if (!response.ok) throw new Error(`ticket: ${response.status}`);
  const { ticket } = await response.json();
  return ticket;
}
