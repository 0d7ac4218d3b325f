/* What a person does with the picture: buttons and keys, while focus is in it. */

const HIDE_MS = 4000;
const KEPT = "shopfront.volume";
const STEP_S = 5;
const KEYS = { " ": "play", k: "play", m: "mute", f: "full", c: "captions" };

export class Controls {
  constructor(root, player) {
    this.root = root;
    this.player = player;
    this.video = root.querySelector("video");
    this.sound = root.querySelector("[data-player-sound]");
    this.stage = root.closest("[data-player-stage]") ?? root;
    this.acts = {
      play: () => player.toggle(),
      mute: () => this.toggleSound(),
      full: () => this.toggleFull(),
      picture: () => this.togglePicture(),
      captions: () => root.dispatchEvent(new CustomEvent("captions:toggle")),
      retry: () => root.retry(),
    };
    this.video.volume = recallVolume();
    this.listen();
    this.hideWhatIsMissing();
    this.showSound();
    this.showPlay();
    this.wake();
  }

  listen() {
    const { root, video } = this;
    this.sound?.addEventListener("click", () => this.startSound());
    for (const button of root.querySelectorAll("[data-player-act]")) {
      button.addEventListener("click", () => this.acts[button.dataset.playerAct]());
    }
    this.volume = root.querySelector("[data-player-volume]");
    this.volume?.addEventListener("input", () => {
      video.volume = Number(this.volume.value);
      video.muted = video.volume === 0;
    });
    video.addEventListener("volumechange", () => this.showSound());
    video.addEventListener("play", () => this.showPlay());
    video.addEventListener("pause", () => this.showPlay());
    root.addEventListener("keydown", (event) => this.onKey(event));
    root.addEventListener("pointermove", () => this.wake());
    root.addEventListener("focusin", () => this.wake());
    video.addEventListener("click", () => this.onTap());
    document.addEventListener("fullscreenchange", () => this.showFull());
  }

  hideWhatIsMissing() {
    const { video } = this;
    const can = {
      picture: document.pictureInPictureEnabled || "webkitSetPresentationMode" in video,
      full: document.fullscreenEnabled || "webkitEnterFullscreen" in video,
    };
    for (const [act, isPossible] of Object.entries(can)) {
      const button = this.find(act);
      if (button) button.hidden = !isPossible;
    }
  }

  find(act) {
    return this.root.querySelector(`[data-player-act="${act}"]`);
  }

  /* Keys act while focus is in the player, so that they never surprise anybody who
     types, speaks to the computer or reads with a screen reader (WCAG 2.1.4). */
  onKey(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const isOnControl = event.target.closest("button, input, a, select");
    if (event.key === " " && isOnControl) return;
    const act = this.acts[KEYS[event.key.length === 1 ? event.key.toLowerCase() : ""]];
    if (act) act();
    else if (!this.seek(event)) return;
    event.preventDefault();
  }

  /* A recording is moved through by arrows, wherever in the player focus is. */
  seek(event) {
    const step = { ArrowLeft: -STEP_S, ArrowRight: STEP_S }[event.key];
    if (!step || !this.player.isRecorded || event.target === this.volume) return false;
    const { video } = this;
    video.currentTime = Math.min(Math.max(0, video.currentTime + step), video.duration);
    return true;
  }

  onTap() {
    if (this.player.isRecorded) this.player.toggle();
    if (matchMedia("(hover: hover)").matches) this.root.focus({ preventScroll: true });
    this.wake();
  }

  /* The row of buttons steps aside while nobody uses it. */
  wake() {
    this.root.toggleAttribute("data-awake", true);
    clearTimeout(this.sleep);
    this.sleep = setTimeout(() => this.root.removeAttribute("data-awake"), HIDE_MS);
  }

  startSound() {
    this.video.muted = false;
    if (this.video.paused) this.player.toggle();
  }

  toggleSound() {
    this.video.muted = !this.video.muted;
    if (!this.video.muted && this.video.volume === 0) this.video.volume = 0.5;
  }

  showSound() {
    const { muted, volume } = this.video;
    this.root.toggleAttribute("data-muted", muted);
    this.find("mute")?.setAttribute("aria-pressed", String(muted));
    if (this.volume) this.volume.value = String(muted ? 0 : volume);
    if (!muted) rememberVolume(volume);
  }

  showPlay() {
    const { paused } = this.video;
    this.root.toggleAttribute("data-paused", paused);
    const button = this.find("play");
    if (button) button.ariaLabel = paused ? button.dataset.play : button.dataset.pause;
  }

  async toggleFull() {
    if (document.fullscreenElement) await document.exitFullscreen();
    else if (this.stage.requestFullscreen) await this.stage.requestFullscreen();
    else this.video.webkitEnterFullscreen?.();
  }

  showFull() {
    this.find("full")?.setAttribute(
      "aria-pressed",
      String(document.fullscreenElement === this.stage),
    );
  }

  async togglePicture() {
    const { video } = this;
    if (document.pictureInPictureElement === video) await document.exitPictureInPicture();
    else if (video.requestPictureInPicture) await video.requestPictureInPicture();
    else video.webkitSetPresentationMode?.("picture-in-picture");
  }

  /** Say which picture this is: its height, where there are several, and its delay. */
  showQuality({ height, isNear }) {
    const place = this.root.querySelector("[data-player-quality]");
    if (!place) return;
    const delay = isNear ? place.dataset.near : place.dataset.far;
    const words = height ? `${height}p · ${delay}` : delay;
    if (place.textContent !== words) place.textContent = words;
  }
}

/* Who returns finds the volume as it was (F8); silence is asked for anew each time. */
function recallVolume() {
  try {
    const volume = Number.parseFloat(localStorage.getItem(KEPT));
    return volume > 0 && volume <= 1 ? volume : 1;
  } catch {
    return 1;
  }
}

function rememberVolume(volume) {
  try {
    localStorage.setItem(KEPT, String(volume));
  } catch {
    /* Without storage the browser's own volume serves. */
  }
}
