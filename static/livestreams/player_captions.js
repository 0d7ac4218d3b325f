/* Captions: lines that come with the room or a file, shown in step with the picture. */

const KEPT = "shopfront.captions";
const MOST_LINES = 400;

export class Captions {
  constructor(root) {
    this.root = root;
    this.place = root.querySelector("[data-player-captions]");
    this.button = root.querySelector('[data-player-act="captions"]');
    this.choice = root.querySelector("[data-player-language]");
    this.tracks = new Map();
    if (!this.place || !this.button) return;
    this.language = recall();
    for (const track of root.querySelectorAll("track[data-captions]")) this.add(track);
    root.addEventListener("captions:toggle", () => this.toggle());
    this.choice?.addEventListener("change", () => this.choose(this.choice.value));
    document.addEventListener("captions-added", ({ detail }) => this.take(detail));
    this.describe();
  }

  /* The browser reads the file for us; a hidden track is not drawn by it. */
  add(element) {
    const { basis, from } = element.dataset;
    const line = { label: element.label, basis, from: Number(from ?? 0), element, cues: [] };
    this.tracks.set(element.srclang, line);
  }

  /** Lines of the running show, each with its moment; the same moment is the same line. */
  take({ language, label, cues }) {
    if (!this.tracks.has(language)) {
      this.tracks.set(language, { label, basis: "moment", from: 0, cues: [] });
      this.describe();
    }
    const track = this.tracks.get(language);
    for (const { from_ms: from, until_ms: until, text } of cues) {
      const known = track.cues.find((cue) => cue.from === from);
      if (known) Object.assign(known, { until, text });
      else track.cues.push({ from, until, text });
    }
    track.cues.splice(0, Math.max(0, track.cues.length - MOST_LINES));
  }

  toggle() {
    const [first] = this.tracks.keys();
    this.choose(this.track ? "" : this.tracks.has(this.wanted) ? this.wanted : first);
  }

  choose(language) {
    if (language === undefined) return;
    if (language) this.wanted = language;
    this.language = language;
    remember(language);
    this.describe();
  }

  get track() {
    return this.tracks.get(this.language);
  }

  describe() {
    const { track } = this;
    this.button.hidden = this.tracks.size === 0;
    this.button.setAttribute("aria-pressed", String(Boolean(track)));
    if (!track) this.write("");
    if (track?.element) track.element.track.mode = "hidden";
    this.place.lang = track ? this.language : "";
    if (!this.choice) return;
    this.choice.hidden = this.tracks.size < 2;
    const off = this.choice.options[0];
    const options = [...this.tracks].map(([code, { label }]) => new Option(label, code));
    this.choice.replaceChildren(off, ...options);
    this.choice.value = track ? this.language : "";
  }

  /**
   * @param {number | null} at the moment the picture shows, ms since 1970
   * @param {number} seconds the place in the recording
   */
  show(at, seconds) {
    const { track } = this;
    if (!track) return;
    const now = track.basis === "recording" ? seconds * 1000 : (at ?? NaN) - track.from;
    this.write(listCues(track).filter(isShown(now)).map(({ text }) => text).join("\n"));
  }

  write(words) {
    if (!this.place || this.place.textContent === words) return;
    this.place.textContent = words;
    this.place.hidden = words === "";
  }
}

function listCues(track) {
  if (!track.element) return track.cues;
  return [...(track.element.track.cues ?? [])].map((cue) => ({
    from: cue.startTime * 1000,
    until: cue.endTime * 1000,
    text: cue.getCueAsHTML().textContent,
  }));
}

function isShown(now) {
  return ({ from, until }) => now >= from && now < until;
}

function recall() {
  try {
    return localStorage.getItem(KEPT) ?? "";
  } catch {
    return "";
  }
}

function remember(language) {
  try {
    localStorage.setItem(KEPT, language);
  } catch {
    /* Without storage the choice holds for this page. */
  }
}
