/* The seek bar of a recording: where it plays, and a small picture of the moment that
   a mouse, a finger or the keyboard's focus points at. */

import { write } from "./replay_times.js";

const CUE =
  /(\d+):(\d\d):(\d\d\.\d{3}) --> .*\n(seek\d\.jpg)#xywh=(\d+),(\d+),(\d+),(\d+)/g;

/** The places of small pictures on their sheets, by second of the recording. */
export function parseCues(text) {
  return [...text.matchAll(CUE)].map(([, hours, minutes, seconds, sheet, ...box]) => {
    const [x, y, width, height] = box.map(Number);
    const at = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
    return { at, sheet, x, y, width, height };
  });
}

export class Seek {
  constructor(place, video, urlOf) {
    this.place = place;
    this.video = video;
    this.urlOf = urlOf;
    this.bar = place.querySelector("[data-seek-bar]");
    this.time = place.querySelector("[data-seek-time]");
    this.preview = place.querySelector("[data-seek-preview]");
    this.cues = null;
    this.listen();
  }

  listen() {
    const { bar, video } = this;
    for (const name of ["loadedmetadata", "durationchange", "timeupdate", "seeked"]) {
      video.addEventListener(name, () => this.draw());
    }
    bar.addEventListener("input", () => {
      video.currentTime = Number(bar.value);
      this.draw();
      this.showAt(Number(bar.value));
    });
    bar.addEventListener("pointermove", (event) => this.point(event));
    bar.addEventListener("pointerdown", (event) => this.point(event));
    bar.addEventListener("focus", () => {
      if (bar.matches(":focus-visible")) this.showAt(video.currentTime);
    });
    for (const name of ["pointerleave", "pointerup", "pointercancel", "blur"]) {
      bar.addEventListener(name, () => this.hide());
    }
  }

  draw() {
    const { bar, video } = this;
    if (!Number.isFinite(video.duration)) return;
    this.place.hidden = false;
    bar.max = String(video.duration);
    bar.value = String(video.currentTime);
    const [at, length] = [write(video.currentTime), write(video.duration)];
    bar.ariaValueText = bar.dataset.text.replace("{at}", at).replace("{length}", length);
    this.time.textContent = `${at} / ${length}`;
    const isByKeys = document.activeElement === bar && bar.matches(":focus-visible");
    if (isByKeys && !this.isPointed) this.showAt(video.currentTime);
  }

  point(event) {
    const { left, width } = this.bar.getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (event.clientX - left) / width));
    this.isPointed = true;
    this.showAt(share * Number(this.bar.max));
  }

  async showAt(seconds) {
    this.wanted = seconds;
    this.cues ??= this.fetchCues();
    const cues = await this.cues;
    if (this.wanted === seconds) this.paint(cues, seconds);
  }

  paint(cues, seconds) {
    const { preview, bar } = this;
    const cue = cues.findLast(({ at }) => at <= seconds) ?? cues[0];
    const picture = preview.querySelector("[data-seek-picture]");
    picture.hidden = !cue;
    if (cue) {
      picture.style.inlineSize = `${cue.width}px`;
      picture.style.blockSize = `${cue.height}px`;
      picture.style.backgroundImage = `url("${this.urlOf(cue.sheet)}")`;
      picture.style.backgroundPosition = `-${cue.x}px -${cue.y}px`;
    }
    preview.querySelector("[data-seek-at]").textContent = write(seconds);
    preview.hidden = false;
    const wide = preview.offsetWidth;
    const middle = bar.offsetLeft + (bar.offsetWidth * seconds) / Number(bar.max);
    const most = this.place.offsetWidth - wide;
    preview.style.left = `${Math.min(most, Math.max(0, middle - wide / 2))}px`;
  }

  hide() {
    this.wanted = null;
    this.isPointed = false;
    this.preview.hidden = true;
  }

  /* A recording without pictures still says the time that is pointed at. */
  async fetchCues() {
    const answer = await fetch(this.urlOf("seek.vtt")).catch(() => null);
    return answer?.ok ? parseCues(await answer.text()) : [];
  }
}
