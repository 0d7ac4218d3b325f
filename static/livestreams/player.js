/* The player: tries fragments, low-latency HLS, plain HLS; recovers by itself.

   On its wrapper (`[data-player]`) it dispatches, bubbling:
   `player:playing`, `player:stalled`, `player:ended`, `player:refused`,
   `player:failed`, `player:moving` (four times a second while the picture moves) and
   `player:mediatime` with `detail.at`, the moment the picture shows (ms since 1970).
   `wrapper.mediaTime()` returns the same on demand, `wrapper.isMoving()` whether the
   picture moves, `wrapper.retry()` starts anew, `wrapper.renew()` fetches a token. */

import { Captions } from "./player_captions.js";
import { Controls } from "./player_controls.js";
import { HlsSource, NativeSource } from "./player_hls.js";
import { Seek } from "./player_seek.js";
import { SocketSource } from "./player_socket.js";

const TICK_MS = 250;
const STALLED_MS = 2500;
const FIRST_PICTURE_MS = 6000;
const REFRESH_MS = 3000;
const RENEW_BEFORE_S = 600;
const MOST_REFUSALS = 5;
const MOST_ROUNDS = 5;
const MOST_STALLS = 3;
const STALLS_WITHIN_MS = 60_000;

class Player {
  constructor(root) {
    this.root = root;
    this.video = root.querySelector("video");
    this.slate = root.querySelector("[data-player-slate]");
    this.token = root.dataset.mediaToken;
    this.isRecorded = root.dataset.class === "replay";
    this.isSaving = navigator.connection?.saveData === true && !this.isRecorded;
    this.isHeld = this.isSaving;
    this.hasGivenUp = false;
    this.step = 0;
    this.rounds = 0;
    this.refusals = 0;
    this.stalls = [];
    this.lastTime = -1;
    this.movedAt = -Infinity;
    root.mediaTime = () => this.source?.mediaTime() ?? null;
    root.isMoving = () => performance.now() - this.movedAt < STALLED_MS;
    root.retry = () => this.startAgain();
    root.renew = () => this.refresh({ isRefused: false });
    this.controls = new Controls(root, this);
    this.captions = new Captions(root);
    const seek = root.querySelector("[data-player-seek]");
    if (seek) this.seek = new Seek(seek, this.video, (file) => this.url(file));
    setInterval(() => this.watch(), TICK_MS);
    addEventListener("online", () => this.hurry());
  }

  start() {
    this.ways = this.list();
    if (this.isSaving) this.root.dataset.blocked = "";
    else this.open();
  }

  url(file) {
    const { mediaBase, show } = this.root.dataset;
    return `${mediaBase}/${this.token}/${show}/${this.root.dataset.class}/${file}`;
  }

  /** The ways of this show's class, the nearest to live first. */
  list() {
    const kind = this.root.dataset.class;
    const hasLadder = "ladder" in this.root.dataset;
    const plain = hasLadder ? "master.m3u8" : "plain.m3u8";
    const file = kind === "replay" ? "vod.m3u8" : plain;
    const library = this.root.dataset.hls;
    const { isSaving } = this;
    const hls = (name, mode) => {
      const make = () =>
        new HlsSource(this.video, this.url(name), this.tell(), { mode, library, isSaving });
      make.file = name;
      return make;
    };
    if (NativeSource.isPossible(this.video)) {
      const make = () => new NativeSource(this.video, this.url(file), this.tell());
      make.file = file;
      return [make];
    }
    if (kind === "replay") return [hls(file, "recorded")];
    if (kind === "standard") return [hls(file, "live")];
    const ways = [hls("index.m3u8", "lowLatency"), hls(file, "live")];
    if (isSaving && hasLadder) return ways.slice(1);
    if (!SocketSource.isPossible()) return ways;
    const socket = () => new SocketSource(this.video, this.socketUrl(), this.tell());
    return [socket, ...ways];
  }

  socketUrl() {
    return this.url("ws").replace(/^http/, "ws");
  }

  /** What a source may tell; a source that was left is not heard any more. */
  tell() {
    const turn = {};
    this.turn = turn;
    const only = (act) => () => {
      if (this.turn === turn) act();
    };
    return {
      ended: only(() => this.end()),
      refused: only(() => this.refresh({ isRefused: true })),
      failed: only(() => this.fallBack()),
      paused: only(() => this.play()),
    };
  }

  open() {
    this.source?.stop();
    this.hasPlayed = false;
    this.isOver = false;
    this.openedAt = performance.now();
    this.source = this.ways[this.step]();
    this.root.dataset.way = this.source.constructor.name;
    this.source.start();
    this.planRenewal();
    if (this.isRecorded) this.root.toggleAttribute("data-blocked", !this.hasBegun);
    else this.play();
  }

  /* A source that is attached a moment after play() takes it back: it is asked anew. */
  play() {
    this.video.play().catch((error) => {
      if (error.name === "NotAllowedError") this.root.dataset.blocked = "";
      else if (error.name === "AbortError" && !this.isHeld && !this.hasGivenUp) this.play();
    });
  }

  /** The next way; after the last one the first again, later each time. */
  fallBack() {
    this.stalls = [];
    if (this.step + 1 < this.ways.length) {
      this.step += 1;
      this.open();
      return;
    }
    this.rounds += 1;
    if (this.rounds >= MOST_ROUNDS) {
      this.giveUp("failed");
      return;
    }
    this.source?.stop();
    this.step = 0;
    this.round = setTimeout(() => this.open(), 1000 * 2 ** this.rounds);
  }

  /* The network is back: what was given up is tried again. */
  hurry() {
    if (this.hasGivenUp) this.startAgain();
    else this.source?.hurry();
  }

  /* What is buffered plays no further: the page says why, and offers another try. */
  giveUp(state) {
    this.hasGivenUp = true;
    this.source?.stop();
    this.video.pause();
    this.become(state);
  }

  startAgain() {
    clearTimeout(this.round);
    this.hasGivenUp = false;
    this.hasPlayed = false;
    this.step = 0;
    this.rounds = 0;
    this.refusals = 0;
    this.become("stalled");
    this.refresh({ isRefused: true });
  }

  /* The token's first part says until when it holds. */
  planRenewal() {
    clearTimeout(this.renewal);
    const left = Number.parseInt(this.token, 10) - Date.now() / 1000 - RENEW_BEFORE_S;
    const wait = Math.max(30, left * (0.9 + Math.random() * 0.1));
    if (!Number.isFinite(wait) || wait > 86_400) return;
    this.renewal = setTimeout(() => this.refresh({ isRefused: false }), wait * 1000);
  }

  /** Fetch a fresh token and go on with it, without a stall where there was none. */
  async refresh({ isRefused }) {
    if (isRefused) this.refusals += 1;
    if (this.refusals > MOST_REFUSALS || !this.root.dataset.tokenUrl) {
      if (isRefused) this.giveUp("refused");
      return;
    }
    await new Promise((done) => {
      setTimeout(done, this.refusals > 1 ? REFRESH_MS : 0);
    });
    const answer = await fetch(this.root.dataset.tokenUrl).catch(() => null);
    if (this.hasGivenUp) return;
    if (answer && [403, 404].includes(answer.status) && isRefused) {
      this.giveUp("refused");
      return;
    }
    if (answer?.ok) this.token = (await answer.json()).token;
    this.carryOn({ isRefused });
  }

  carryOn({ isRefused }) {
    if (!this.source || (isRefused && !this.hasPlayed)) {
      this.open();
      return;
    }
    const { file } = this.ways[this.step];
    this.source.renew(file ? this.url(file) : this.socketUrl(), { isRefused });
    this.planRenewal();
  }

  end() {
    this.isOver = true;
    this.become("ended");
  }

  /** Look four times a second whether the picture moves. */
  watch() {
    if (!this.source || this.hasGivenUp) return;
    const now = performance.now();
    const time = this.video.currentTime;
    if (time !== this.lastTime && this.video.readyState > 1) {
      this.lastTime = time;
      if (!this.video.paused) this.onMoving(now);
      return;
    }
    if (this.isOver || this.video.paused) return;
    const since = Math.max(this.movedAt, this.openedAt);
    if (now - since > STALLED_MS) this.onStalled(now);
    const isLate = !this.hasPlayed && now - this.openedAt > FIRST_PICTURE_MS;
    if (isLate && this.step + 1 < this.ways.length && this.hasData()) this.fallBack();
  }

  /* A way that stalls again and again is too fast for this network. */
  onStalled(now) {
    if (this.root.dataset.state !== "stalled" && this.hasPlayed) {
      this.stalls = this.stalls.filter((at) => now - at < STALLS_WITHIN_MS);
      this.stalls.push(now);
    }
    this.become("stalled");
    const isTooMany = this.stalls.length >= MOST_STALLS;
    if (isTooMany && this.step + 1 < this.ways.length) this.fallBack();
  }

  /** Whether bytes came at all: no bytes means no picture, not a wrong way. */
  hasData() {
    return this.video.buffered.length > 0;
  }

  onMoving(now) {
    this.movedAt = now;
    this.hasPlayed = true;
    this.hasBegun = true;
    this.refusals = 0;
    this.rounds = 0;
    delete this.root.dataset.blocked;
    if (!this.isOver) this.become("playing");
    this.source.keepNear();
    const at = this.source.mediaTime();
    this.dispatch("moving", { at });
    if (at !== null) this.dispatch("mediatime", { at });
    this.captions.show(at, this.video.currentTime);
    this.controls.showQuality(this.source.quality());
  }

  /** The person pauses or goes on; a live picture goes on at the live edge. */
  toggle() {
    if (this.video.paused) {
      delete this.root.dataset.blocked;
      if (!this.source) this.open();
      else if (this.isHeld) this.source.resume();
      this.isHeld = false;
      this.play();
    } else {
      this.isHeld = true;
      this.video.pause();
      this.source?.hold();
    }
  }

  become(state) {
    if (this.root.dataset.state === state) return;
    this.root.dataset.state = state;
    if (this.slate) this.slate.hidden = state !== "stalled";
    for (const part of this.root.querySelectorAll("[data-player-when]")) {
      part.hidden = part.dataset.playerWhen !== state;
    }
    this.dispatch(state);
  }

  dispatch(name, detail = {}) {
    const event = new CustomEvent(`player:${name}`, { bubbles: true, detail });
    this.root.dispatchEvent(event);
  }
}

for (const root of document.querySelectorAll("[data-player]")) new Player(root).start();
