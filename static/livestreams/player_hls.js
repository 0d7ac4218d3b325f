/* HLS: low latency or plain through hls.js, native where the browser is Safari. */

const RETRY_MS = 1500;
const MOST_BEHIND_S = 5;
const NATIVE_BEHIND_S = 8;
const MOST_MEDIA_FAULTS = 3;
const MOST_FIRST_FAULTS = 3;
const NO_PICTURE = 404;
const TOKEN = /\/\d{1,12}-[\w-]{16,64}\//;
const LOAD_POLICY = {
  default: {
    maxTimeToFirstByteMs: 8000,
    maxLoadTimeMs: 20000,
    timeoutRetry: { maxNumRetry: 10, retryDelayMs: 500, maxRetryDelayMs: 1000 },
    errorRetry: { maxNumRetry: 3, retryDelayMs: 500, maxRetryDelayMs: 1000 },
  },
};
const SETTINGS = {
  lowLatency: {
    lowLatencyMode: true,
    maxLiveSyncPlaybackRate: 1.3,
    liveSyncOnStallIncrease: 0.25,
  },
  live: {
    lowLatencyMode: false,
    liveSyncDuration: 1.5,
    liveMaxLatencyDuration: 4,
    maxLiveSyncPlaybackRate: 1.2,
  },
  recorded: {},
};

export class HlsSource {
  /**
   * @param {HTMLVideoElement} video
   * @param {string} url address of the list
   * @param {{ended: Function, refused: Function, failed: Function, paused: Function}} tell
   * @param {{mode: string, library: string, isSaving: boolean}} options
   */
  constructor(video, url, tell, options) {
    this.video = video;
    this.url = url;
    this.tell = tell;
    this.options = options;
    this.faults = 0;
    this.firstFaults = 0;
    this.hasLoaded = false;
    this.isStopped = false;
  }

  async start() {
    const { default: Hls } = await import(this.options.library);
    if (this.isStopped) return;
    if (!Hls.isSupported()) {
      this.tell.failed();
      return;
    }
    const isSaving = this.options.isSaving;
    this.hls = new Hls({
      enableWorker: false,
      backBufferLength: 20,
      manifestLoadPolicy: LOAD_POLICY,
      capLevelToPlayerSize: !isSaving,
      ...(isSaving ? { startLevel: 0, abrEwmaDefaultEstimate: 200_000 } : {}),
      xhrSetup: (xhr, url) => xhr.open("GET", this.withToken(url), true),
      ...SETTINGS[this.options.mode],
    });
    this.hls.on(Hls.Events.MANIFEST_PARSED, () => {
      if (isSaving) this.hls.autoLevelCapping = 0;
    });
    this.hls.on(Hls.Events.ERROR, (_, fault) => this.onFault(Hls, fault));
    this.hls.on(Hls.Events.FRAG_BUFFERED, () => {
      this.faults = 0;
      this.hasLoaded = true;
    });
    this.hls.attachMedia(this.video);
    this.hls.loadSource(this.url);
    this.onEnded = () => this.tell.ended();
    this.video.addEventListener("ended", this.onEnded);
  }

  stop() {
    this.isStopped = true;
    clearTimeout(this.retry);
    this.video.removeEventListener("ended", this.onEnded);
    this.hls?.destroy();
  }

  /** Addresses in a list are relative, so they still hold the token it came with. */
  withToken(url) {
    const [token] = this.url.match(TOKEN) ?? [];
    return token ? url.replace(TOKEN, token) : url;
  }

  /** Go on with a fresh token; what is loaded stays. */
  renew(url, { isRefused }) {
    this.url = url;
    if (isRefused) this.hurry();
  }

  hold() {
    if (this.options.mode !== "recorded") this.hls?.stopLoad();
  }

  resume() {
    if (this.options.mode === "recorded") return;
    this.hls?.startLoad(-1);
    this.toLive();
  }

  /** Try again at once, after the network came back. */
  hurry() {
    clearTimeout(this.retry);
    if (!this.isStopped && this.hls) this.reload();
  }

  /** Load the list anew; a recording goes on where it was. */
  reload() {
    if (this.options.mode === "recorded" && this.hls.hasEnoughToStart) {
      this.hls.config.startPosition = this.video.ended ? 0 : this.video.currentTime;
    }
    this.attachAnew(() => this.hls.loadSource(this.url));
  }

  /* The library takes the video off and on again, which pauses it without an event. */
  attachAnew(act) {
    const wasPlaying = !this.video.paused;
    act();
    if (wasPlaying && this.video.paused) this.tell.paused();
  }

  /** hls.js catches up over short distances only; beyond them we jump. */
  keepNear() {
    if (this.options.mode === "recorded" || !this.hls) return;
    if (this.hls.latency > MOST_BEHIND_S) this.toLive();
  }

  toLive() {
    const place = this.hls?.liveSyncPosition;
    if (place && place > this.video.currentTime) this.video.currentTime = place;
  }

  mediaTime() {
    return this.hls?.playingDate?.getTime() ?? null;
  }

  /** The height of the picture where there are several, and whether it is near live. */
  quality() {
    const { levels, currentLevel } = this.hls ?? {};
    const height = levels?.length > 1 ? levels[currentLevel]?.height : null;
    return { height, isNear: this.options.mode === "lowLatency" };
  }

  onFault(Hls, fault) {
    if (!fault.fatal) return;
    if (fault.response?.code === 403) {
      this.tell.refused();
      return;
    }
    if (fault.type === Hls.ErrorTypes.MEDIA_ERROR) {
      this.faults += 1;
      if (this.faults > MOST_MEDIA_FAULTS) this.tell.failed();
      else this.attachAnew(() => this.hls.recoverMediaError());
      return;
    }
    if (!this.hasLoaded && fault.response?.code !== NO_PICTURE) this.firstFaults += 1;
    if (this.firstFaults >= MOST_FIRST_FAULTS) {
      this.tell.failed();
      return;
    }
    clearTimeout(this.retry);
    const wait = RETRY_MS * (0.7 + Math.random() * 0.6);
    this.retry = setTimeout(() => this.reload(), wait);
  }
}

export class NativeSource {
  constructor(video, url, tell) {
    this.video = video;
    this.url = url;
    this.tell = tell;
    this.faults = 0;
  }

  static isPossible(video) {
    const isSafari = "ManagedMediaSource" in window || !("MediaSource" in window);
    return isSafari && video.canPlayType("application/vnd.apple.mpegurl") !== "";
  }

  start() {
    this.onEnded = () => this.tell.ended();
    this.onError = () => {
      clearTimeout(this.retry);
      this.faults += 1;
      const again = () => this.load();
      /* The browser does not say why: now and then the token may be the reason. */
      const act = this.faults % MOST_MEDIA_FAULTS ? again : this.tell.refused;
      this.retry = setTimeout(act, RETRY_MS);
    };
    this.video.addEventListener("ended", this.onEnded);
    this.video.addEventListener("error", this.onError);
    this.load();
  }

  load() {
    this.video.src = this.url;
    this.video.play().catch(() => {});
  }

  stop() {
    clearTimeout(this.retry);
    this.video.removeEventListener("ended", this.onEnded);
    this.video.removeEventListener("error", this.onError);
  }

  renew(url, { isRefused }) {
    this.url = url;
    if (isRefused) this.load();
  }

  hold() {}

  resume() {
    this.toLive();
  }

  hurry() {
    if (this.video.error) this.load();
  }

  keepNear() {
    const { seekable, currentTime } = this.video;
    if (this.video.duration !== Infinity || !seekable.length) return;
    if (seekable.end(seekable.length - 1) - currentTime > NATIVE_BEHIND_S) this.toLive();
  }

  toLive() {
    const { seekable } = this.video;
    if (this.video.duration !== Infinity || !seekable.length) return;
    this.video.currentTime = Math.max(0, seekable.end(seekable.length - 1) - 3);
  }

  mediaTime() {
    const start = this.video.getStartDate?.().getTime();
    return Number.isFinite(start) ? start + this.video.currentTime * 1000 : null;
  }

  quality() {
    return { height: null, isNear: false };
  }
}
