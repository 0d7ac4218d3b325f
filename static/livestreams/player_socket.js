/* Fragments over a socket into Media Source Extensions: under a second behind. */

const TARGET_S = 0.4;
const SEEK_BEYOND_S = 2;
const KEEP_BEHIND_S = 5;
const TRIM_BEHIND_S = 10;
const STUCK_MS = 600;
const MOST_QUEUED = 240;
const RETRY_MS = 1000;
const SILENT_MS = 4000;
const LONGEST_SILENT_MS = 30_000;
const MOST_FIRST_FAILURES = 2;
const REFUSED = 4403;
const NOT_HERE = 4404;
const SHOW_OVER = 4410;

export class SocketSource {
  /**
   * @param {HTMLVideoElement} video
   * @param {string} url address of the socket
   * @param {{ended: Function, refused: Function, failed: Function}} tell
   */
  constructor(video, url, tell) {
    this.video = video;
    this.url = url;
    this.tell = tell;
    this.queue = [];
    this.offsets = new Map();
    this.clocks = [];
    this.failures = 0;
    this.isStopped = false;
    this.isHeld = false;
    this.isFinishing = false;
    this.silentFor = SILENT_MS;
    this.lastTime = -1;
    this.lastMoved = performance.now();
  }

  static isPossible() {
    return "MediaSource" in window && "WebSocket" in window;
  }

  start() {
    this.media = new MediaSource();
    this.objectUrl = URL.createObjectURL(this.media);
    this.video.src = this.objectUrl;
    this.media.addEventListener("sourceopen", () => this.connect(), { once: true });
    this.timer = setInterval(() => this.steer(), 200);
  }

  stop() {
    this.isStopped = true;
    clearInterval(this.timer);
    clearTimeout(this.retry);
    this.closeSocket();
    URL.revokeObjectURL(this.objectUrl);
  }

  /** The moment that the picture shows, in milliseconds since 1970. */
  mediaTime() {
    const now = this.video.currentTime;
    for (let i = this.clocks.length - 1; i >= 0; i -= 1) {
      const clock = this.clocks[i];
      if (now >= clock.from - 0.05) return (clock.wall + now - clock.offset) * 1000;
    }
    return null;
  }

  /** Go on with a fresh token: a new socket carries on in the same buffer. */
  renew(url) {
    this.url = url;
    this.restart();
  }

  hold() {
    this.isHeld = true;
    clearTimeout(this.retry);
    this.closeSocket();
  }

  resume() {
    this.isHeld = false;
    this.restart();
  }

  /** Try again at once, after the network came back. */
  hurry() {
    if (!this.isHeld) this.restart();
  }

  keepNear() {}

  quality() {
    return { height: null, isNear: true };
  }

  connect() {
    if (this.isStopped || this.isHeld) return;
    this.queue = [];
    this.head = null;
    this.isFinishing = false;
    this.heardAt = performance.now();
    const socket = new WebSocket(this.url);
    socket.binaryType = "arraybuffer";
    socket.onmessage = (event) => this.take(event.data);
    socket.onclose = (event) => this.onClose(event);
    this.socket = socket;
  }

  closeSocket() {
    if (!this.socket) return;
    this.socket.onclose = null;
    this.socket.onmessage = null;
    this.socket.close();
    this.socket = null;
  }

  onClose(event) {
    if (this.isStopped) return;
    if (event.code === SHOW_OVER) return this.finish();
    if (event.code === REFUSED) return this.tell.refused();
    if (event.code !== NOT_HERE) this.failures += 1;
    if (this.failures >= MOST_FIRST_FAILURES && !this.buffer) return this.tell.failed();
    const wait = RETRY_MS * Math.min(this.failures + 1, 4) * (0.5 + Math.random() / 2);
    this.retry = setTimeout(() => this.connect(), wait);
    return undefined;
  }

  /** End once all that came is in the buffer: a stream may not end while it fills. */
  finish() {
    this.isFinishing = true;
    this.pump();
  }

  endStream() {
    this.isFinishing = false;
    const isIdle = !this.buffer?.updating;
    if (isIdle && this.media.readyState === "open") this.media.endOfStream();
    this.tell.ended();
  }

  take(data) {
    this.failures = 0;
    this.heardAt = performance.now();
    this.silentFor = SILENT_MS;
    if (typeof data === "string") {
      const head = JSON.parse(data);
      if (head.type === "init") this.head = head;
      else if (head.type === "clock") this.queue.push({ clock: head.clock });
      return;
    }
    if (this.head) {
      this.queue.push({ init: this.head, data });
      this.head = null;
    } else {
      this.queue.push({ data });
    }
    if (this.queue.length > MOST_QUEUED) this.restart();
    else this.pump();
  }

  restart() {
    clearTimeout(this.retry);
    this.closeSocket();
    this.connect();
  }

  /* A network that went away without a word leaves a socket that hears nothing. */
  checkSilence() {
    const isOpen = this.socket?.readyState === WebSocket.OPEN;
    if (!isOpen || performance.now() - this.heardAt < this.silentFor) return;
    this.silentFor = Math.min(this.silentFor * 2, LONGEST_SILENT_MS);
    this.restart();
  }

  pump() {
    while (this.queue.length && this.media.readyState === "open") {
      if (this.buffer?.updating) return;
      const item = this.queue[0];
      if (item.clock !== undefined) {
        this.queue.shift();
        this.moveClock(item.clock);
        continue;
      }
      if (item.init && !this.open(item.init)) return;
      try {
        this.buffer.appendBuffer(item.data);
        this.queue.shift();
      } catch (error) {
        this.onAppendFault(error);
        if (this.isFinishing) this.endStream();
        return;
      }
    }
    if (this.isFinishing && !this.buffer?.updating) this.endStream();
  }

  onAppendFault(error) {
    if (error.name === "QuotaExceededError") {
      this.trim(1);
      return;
    }
    this.queue.shift();
    if (this.video.error) this.tell.failed();
  }

  open(head) {
    if (!this.buffer) {
      if (!MediaSource.isTypeSupported(head.mime)) {
        this.tell.failed();
        return false;
      }
      this.buffer = this.media.addSourceBuffer(head.mime);
      this.buffer.mode = "segments";
      this.buffer.addEventListener("updateend", () => {
        this.steer();
        this.pump();
      });
      this.mime = head.mime;
    } else if (head.mime !== this.mime) {
      this.buffer.changeType(head.mime);
      this.mime = head.mime;
    }
    const end = this.end();
    if (!this.offsets.has(head.epoch)) {
      this.offsets.set(head.epoch, this.offsets.size ? end : 0);
    }
    const offset = this.offsets.get(head.epoch);
    this.buffer.timestampOffset = offset;
    this.addClock(head.clock, offset, this.clocks.length ? end : -Infinity);
    return true;
  }

  moveClock(wall) {
    const last = this.clocks.at(-1);
    if (last) this.addClock(wall, last.offset, this.end());
  }

  addClock(wall, offset, from) {
    this.clocks.push({ wall, offset, from });
    if (this.clocks.length > 20) this.clocks.shift();
  }

  end() {
    const ranges = this.video.buffered;
    return ranges.length ? ranges.end(ranges.length - 1) : 0;
  }

  /** Stay close behind the live edge, over gaps and stalls. */
  steer() {
    const { video } = this;
    const ranges = video.buffered;
    if (this.isHeld) return;
    this.checkSilence();
    if (!ranges.length || video.seeking) return;
    const end = this.end();
    const lag = end - video.currentTime;
    const lastStart = ranges.start(ranges.length - 1);
    const isBefore = video.currentTime < ranges.start(0);
    if (isBefore || lag > SEEK_BEYOND_S || this.isStuck(lag)) {
      video.currentTime = Math.max(lastStart, end - TARGET_S);
      this.lastMoved = performance.now();
    } else if (lag > TARGET_S + 0.25) video.playbackRate = 1.1;
    else if (lag < TARGET_S - 0.15) video.playbackRate = 0.97;
    else video.playbackRate = 1;
    if (ranges.start(0) < video.currentTime - TRIM_BEHIND_S) this.trim(KEEP_BEHIND_S);
  }

  /** Whether the picture stands still although there is more to show. */
  isStuck(lag) {
    const now = performance.now();
    if (this.video.currentTime !== this.lastTime || this.video.paused) {
      this.lastTime = this.video.currentTime;
      this.lastMoved = now;
      return false;
    }
    return lag > 0.3 && now - this.lastMoved > STUCK_MS;
  }

  trim(behind) {
    const ranges = this.video.buffered;
    const until = this.video.currentTime - behind;
    if (!this.buffer || this.buffer.updating || !ranges.length) return;
    if (this.media.readyState === "open" && until > ranges.start(0)) {
      this.buffer.remove(0, until);
    }
  }
}
