/* The player: tries fragments, low-latency HLS, plain HLS; recovers by itself.

   On its wrapper (`[data-player]`) it dispatches, bubbling:
   `player:playing`, `player:stalled`, `player:ended`, `player:refused`,
   `player:moving` (four times a second while the picture moves) and `player:mediatime` with `detail.at`, the moment the picture shows (ms since 1970).
   `wrapper.mediaTime()` returns the same on demand. */

import { HlsSource, NativeSource } from "./player_hls.js";
import { SocketSource } from "./player_socket.js";

const TICK_MS = 250;
const STALLED_MS = 2500;
const FIRST_PICTURE_MS = 6000;
const REFRESH_MS = 3000;
const MOST_REFUSALS = 5;

class Player {
  constructor(root) {
    this.root = root;
    this.video = root.querySelector("video");
    this.sound = root.querySelector("[data-player-sound]");
    this.slate = root.querySelector("[data-player-slate]");
    this.token = root.dataset.mediaToken;
    this.step = 0;
    this.refusals = 0;
    this.lastTime = -1;
    this.movedAt = performance.now();
    root.mediaTime = () => this.source?.mediaTime() ?? null;
    this.sound?.addEventListener("click", () => this.toggleSound());
    this.video.addEventListener("volumechange", () => this.showSound());
    this.video.addEventListener("playing", () => this.showSound());
    setInterval(() => this.watch(), TICK_MS);
  }

  start() {
    this.isRecorded = this.root.dataset.class === "replay";
    this.ways = this.list();
    this.open();
  }

  url(file) {
    const { mediaBase, show } = this.root.dataset;
    return `${mediaBase}/${this.token}/${show}/${this.root.dataset.class}/${file}`;
  }

  list() {
    const kind = this.root.dataset.class;
    const file = kind === "replay" ? "vod.m3u8" : "index.m3u8";
    const library = this.root.dataset.hls;
    const hls = (name, mode) => () =>
      new HlsSource(this.video, this.url(name), this.tell(), { mode, library });
    if (NativeSource.isPossible(this.video)) {
      return [() => new NativeSource(this.video, this.url(file), this.tell())];
    }
    if (kind === "replay") return [hls(file, "recorded")];
    if (kind === "standard") return [hls(file, "live")];
    const ways = [hls(file, "lowLatency"), hls("plain.m3u8", "live")];
    if (!SocketSource.isPossible()) return ways;
    const socket = () =>
      new SocketSource(this.video, this.url("ws").replace(/^http/, "ws"), this.tell());
    return [socket, ...ways];
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
      refused: only(() => this.refresh()),
      failed: only(() => this.fallBack()),
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
    if (!this.isRecorded) this.play();
  }

  play() {
    this.video.play().catch((error) => {
      if (error.name === "NotAllowedError") this.root.dataset.blocked = "";
      this.showSound();
    });
  }

  fallBack() {
    if (this.step + 1 < this.ways.length) this.step += 1;
    this.open();
  }

  async refresh() {
    this.refusals += 1;
    if (this.refusals > MOST_REFUSALS || !this.root.dataset.tokenUrl) {
      this.become("refused");
      return;
    }
    await new Promise((done) => {
      setTimeout(done, this.refusals > 1 ? REFRESH_MS : 0);
    });
    const answer = await fetch(this.root.dataset.tokenUrl).catch(() => null);
    if (answer?.ok) this.token = (await answer.json()).token;
    this.open();
  }

  end() {
    this.isOver = true;
    this.become("ended");
  }

  /** Look four times a second whether the picture moves. */
  watch() {
    const now = performance.now();
    const time = this.video.currentTime;
    if (time !== this.lastTime && this.video.readyState > 1) {
      this.lastTime = time;
      this.movedAt = now;
      if (!this.video.paused) this.onMoving();
      return;
    }
    if (this.isOver || this.video.paused) return;
    if (now - this.movedAt > STALLED_MS) this.become("stalled");
    const isLate = !this.hasPlayed && now - this.openedAt > FIRST_PICTURE_MS;
    if (isLate && this.step + 1 < this.ways.length && this.hasData()) this.fallBack();
  }

  /** Whether bytes came at all: no bytes means no picture, not a wrong way. */
  hasData() {
    return this.video.buffered.length > 0;
  }

  onMoving() {
    this.hasPlayed = true;
    this.refusals = 0;
    if (!this.isOver) this.become("playing");
    const at = this.source.mediaTime();
    this.dispatch("moving", { at });
    if (at !== null) this.dispatch("mediatime", { at });
  }

  become(state) {
    if (this.root.dataset.state === state) return;
    this.root.dataset.state = state;
    if (this.slate) this.slate.hidden = state !== "stalled";
    if (this.sound) this.sound.hidden = state === "ended";
    this.dispatch(state);
  }

  dispatch(name, detail = {}) {
    const event = new CustomEvent(`player:${name}`, { bubbles: true, detail });
    this.root.dispatchEvent(event);
  }

  toggleSound() {
    if (this.video.paused && "blocked" in this.root.dataset) {
      delete this.root.dataset.blocked;
      this.video.muted = false;
      this.play();
      return;
    }
    this.video.muted = !this.video.muted;
  }

  showSound() {
    if (!this.sound) return;
    const { muted } = this.video;
    this.sound.setAttribute("aria-pressed", String(!muted));
    this.root.toggleAttribute("data-muted", muted);
  }
}

for (const root of document.querySelectorAll("[data-player]")) new Player(root).start();
