/* HLS: low latency or plain through hls.js, native where the browser is Safari. */

const RETRY_MS = 1500;
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
   * @param {{ended: Function, refused: Function, failed: Function}} tell
   * @param {{mode: string, library: string}} options
   */
  constructor(video, url, tell, options) {
    this.video = video;
    this.url = url;
    this.tell = tell;
    this.options = options;
    this.faults = 0;
    this.isStopped = false;
  }

  async start() {
    const { default: Hls } = await import(this.options.library);
    if (this.isStopped) return;
    if (!Hls.isSupported()) {
      this.tell.failed();
      return;
    }
    this.hls = new Hls({
      enableWorker: false,
      backBufferLength: 20,
      manifestLoadPolicy: LOAD_POLICY,
      ...SETTINGS[this.options.mode],
    });
    this.hls.on(Hls.Events.ERROR, (_, fault) => this.onFault(Hls, fault));
    this.hls.on(Hls.Events.FRAG_BUFFERED, () => {
      this.faults = 0;
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

  mediaTime() {
    return this.hls?.playingDate?.getTime() ?? null;
  }

  onFault(Hls, fault) {
    if (!fault.fatal) return;
    const status = fault.response?.code;
    if (status === 403) {
      this.tell.refused();
      return;
    }
    if (fault.type === Hls.ErrorTypes.MEDIA_ERROR) {
      this.faults += 1;
      if (this.faults > 3) this.tell.failed();
      else this.hls.recoverMediaError();
      return;
    }
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.hls.loadSource(this.url), RETRY_MS);
  }
}

export class NativeSource {
  constructor(video, url, tell) {
    this.video = video;
    this.url = url;
    this.tell = tell;
  }

  static isPossible(video) {
    return (
      "ManagedMediaSource" in window &&
      video.canPlayType("application/vnd.apple.mpegurl") !== ""
    );
  }

  start() {
    this.onEnded = () => this.tell.ended();
    this.onError = () => {
      this.retry = setTimeout(() => this.load(), RETRY_MS);
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

  mediaTime() {
    const start = this.video.getStartDate?.().getTime();
    return Number.isFinite(start) ? start + this.video.currentTime * 1000 : null;
  }
}
