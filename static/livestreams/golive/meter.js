/* The level of a microphone, shown before anybody hears it. */

const QUIET = 0.01;
const EVERY_MS = 100;

export class Meter {
  constructor(node, onSound) {
    this.node = node;
    this.onSound = onSound;
  }

  start(stream) {
    this.stop();
    if (stream.getAudioTracks().length === 0) return;
    this.context = new AudioContext();
    const analyser = this.context.createAnalyser();
    analyser.fftSize = 1024;
    this.context.createMediaStreamSource(stream).connect(analyser);
    const values = new Float32Array(analyser.fftSize);
    this.timer = setInterval(() => this.#show(analyser, values), EVERY_MS);
  }

  stop() {
    clearInterval(this.timer);
    this.context?.close();
    this.context = null;
    this.node.value = 0;
  }

  #show(analyser, values) {
    analyser.getFloatTimeDomainData(values);
    const power = values.reduce((sum, value) => sum + value * value, 0) / values.length;
    const level = Math.sqrt(power);
    this.node.value = Math.min(1, level * 4);
    if (level > QUIET) this.onSound();
  }
}
