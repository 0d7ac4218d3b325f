/* "Go live from this browser": the device check, what is sent, what goes wrong. */

import { close, faultOf, fill, openCamera, openScreen } from "./devices.js";
import { findForm } from "./line.js";
import { Meter } from "./meter.js";
import { Sender } from "./sender.js";

const HELD_MS = 1500;
const KEPT = "shopfront.golive";
const root = document.querySelector("[data-golive]");

class GoLive {
  constructor(node) {
    this.node = node;
    this.find = (name) => node.querySelector(`[data-golive-${name}]`);
    this.video = this.find("video");
    this.cameras = this.find("camera");
    this.microphones = this.find("microphone");
    this.shape = this.find("shape");
    this.facing = "user";
    this.stream = null;
    this.isSending = false;
    this.meter = new Meter(this.find("level"), () => this.#hearSound());
    this.sender = new Sender(node.dataset.golive);
    this.sender.addEventListener("state", ({ detail }) => this.#follow(detail));
    this.#listen();
    this.#resume();
  }

  /* Who reloads while sending goes on sending: the tab remembers. */
  async #resume() {
    const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
    const [visit] = performance.getEntriesByType("navigation");
    if (visit?.type !== "reload") return;
    if (kept?.show !== this.node.dataset.golive) return;
    this.shape.value = kept.shape;
    this.facing = kept.facing;
    this.node.open = true;
    await this.#use(openCamera);
    if (this.stream) this.#send();
  }

  #keep() {
    const { shape, facing, node } = this;
    const kept = { show: node.dataset.golive, shape: shape.value, facing };
    if (this.isSending) sessionStorage.setItem(KEPT, JSON.stringify(kept));
    else sessionStorage.removeItem(KEPT);
  }

  #listen() {
    const on = (name, type, act) => this.find(name).addEventListener(type, () => act());
    on("open", "click", () => this.#use(openCamera));
    on("screen", "click", () => this.#use(openScreen));
    on("send", "click", () => this.#send());
    on("stop", "click", () => this.#stop());
    on("turn", "click", () => this.#turn());
    for (const name of ["camera", "microphone", "shape"]) {
      on(name, "change", () => this.#use(openCamera));
    }
    navigator.mediaDevices?.addEventListener("devicechange", () => this.#list());
    document.addEventListener("visibilitychange", () => this.#see());
    window.addEventListener("beforeunload", (event) => {
      if (this.isSending) event.preventDefault();
    });
  }

  /* Opens what is chosen; what is on air goes on until the new picture is there. */
  async #use(open) {
    if (!findForm()) {
      this.#say(window.isSecureContext ? "old" : "insecure", true);
      return;
    }
    let stream;
    try {
      stream = await open({
        camera: this.cameras.value,
        microphone: this.microphones.value,
        facing: this.facing,
        shape: this.shape.value,
      });
    } catch (error) {
      this.#say(faultOf(error), true);
      return;
    }
    const before = this.stream;
    this.stream = stream;
    this.video.srcObject = stream;
    this.#watch(stream, open);
    this.meter.start(stream);
    this.find("quiet").hidden = false;
    this.#list();
    this.#show();
    if (this.isSending) {
      this.sender.send(stream);
      setTimeout(() => close(before), 3000);
    } else {
      close(before);
      this.#say("ready");
    }
  }

  #watch(stream, open) {
    for (const track of stream.getTracks()) {
      const isOurs = () => this.stream === stream;
      track.addEventListener("ended", () => {
        if (!isOurs()) return;
        if (open === openScreen && track.kind === "video") this.#use(openCamera);
        else this.#say("unplugged", true);
      });
      track.addEventListener("mute", () => isOurs() && this.#hold());
      track.addEventListener("unmute", () => isOurs() && this.#release());
    }
  }

  /* A call takes camera or microphone away: the slate covers the picture meanwhile,
     and goes with the call. A blink of the device is not a call. */
  #hold() {
    this.#say("held", true);
    clearTimeout(this.holding);
    this.holding = setTimeout(() => {
      const isHeld = this.stream?.getTracks().some((track) => track.muted);
      const slate = document.getElementById("studio-slate");
      const isLive = document.querySelector('[data-show-state="live"]');
      if (!this.isSending || !isHeld || !slate || !isLive) return;
      this.isCovered = true;
      slate.click();
    }, HELD_MS);
  }

  #release() {
    if (this.stream?.getTracks().some((track) => track.muted)) return;
    clearTimeout(this.holding);
    this.#say("back");
    if (!this.isCovered) return;
    this.isCovered = false;
    const isSlate = document.querySelector("#studio-slate[disabled]");
    if (isSlate) document.getElementById("studio-resume")?.click();
  }

  #turn() {
    this.facing = this.facing === "user" ? "environment" : "user";
    this.cameras.replaceChildren();
    this.#use(openCamera);
  }

  #send() {
    this.isSending = true;
    this.sender.step = 0;
    this.sender.send(this.stream);
    this.#stayAwake();
    this.#keep();
    this.#show();
  }

  async #stop() {
    this.isSending = false;
    await this.sender.stop();
    this.#leave();
    this.#say("stopped");
  }

  #leave() {
    this.isSending = false;
    this.lock?.release();
    this.lock = null;
    this.#keep();
    this.#show();
  }

  #follow({ name, reason }) {
    if (name === "over" || name === "refused") this.#leave();
    this.node.dataset.state = name;
    this.#say(name, name !== "sending" && name !== "connecting", reason);
  }

  async #list() {
    if (!this.stream) return;
    await fill(this.cameras, "videoinput", this.stream);
    await fill(this.microphones, "audioinput", this.stream);
  }

  #hearSound() {
    this.find("quiet").hidden = true;
  }

  async #stayAwake() {
    this.lock = await navigator.wakeLock?.request("screen").catch(() => null);
  }

  #see() {
    if (!this.isSending) return;
    if (document.hidden) this.#say("hidden", true);
    else {
      this.#stayAwake();
      this.#say("back");
    }
  }

  /* Each sentence stands on the page in the person's language. */
  #say(name, isBad = false, reason = "") {
    const words = this.node.querySelector(`[data-word="${name}"]`);
    const line = this.find("status");
    line.textContent = reason || words?.textContent || "";
    line.classList.toggle("golive__status--bad", isBad);
  }

  #show() {
    const isOpen = this.stream !== null;
    this.find("check").hidden = !isOpen;
    this.find("open").hidden = isOpen;
    this.find("send").hidden = !isOpen || this.isSending;
    this.find("stop").hidden = !this.isSending;
    this.find("screen").hidden = !navigator.mediaDevices?.getDisplayMedia;
    this.find("turn").hidden = !matchMedia("(pointer: coarse)").matches;
  }
}

if (root) new GoLive(root);
