/* One recorder on one socket: a new recording always begins on a new one. */

const FORMS = ["video/webm;codecs=h264,opus", "video/webm;codecs=vp8,opus", "video/mp4"];
const CHUNK_MS = 100;
const MOST_BYTES = 256 * 1024;
const SOUND_BITS = 64_000;

/** The form that this browser records: H.264 first, for it is copied as it is. */
export function findForm() {
  return FORMS.find((form) => window.MediaRecorder?.isTypeSupported(form)) ?? null;
}

/** Events: `open`, `sent` (bytes on their way), `closed` with code and reason. */
export class Line extends EventTarget {
  constructor(stream, { address, ticket }, bits) {
    super();
    this.stream = stream;
    this.bits = bits;
    this.sent = 0;
    this.isOver = false;
    this.queue = Promise.resolve();
    this.socket = new WebSocket(address, ["shopfront.ingest", `ticket.${ticket}`]);
    this.socket.onopen = () => this.#record();
    this.socket.onmessage = ({ data }) => this.#hear(JSON.parse(data));
    this.socket.onclose = ({ code, reason }) => this.#end(code, reason);
  }

  /** Stop recording, let what was recorded leave, close the socket. */
  async stop() {
    this.isOver = true;
    if (this.recorder?.state === "recording") {
      await new Promise((done) => {
        this.recorder.addEventListener("stop", done, { once: true });
        this.recorder.stop();
      });
    }
    await this.queue;
    this.socket.close(1000);
  }

  #record() {
    try {
      this.recorder = new MediaRecorder(this.stream, {
        mimeType: findForm(),
        videoBitsPerSecond: this.bits,
        audioBitsPerSecond: SOUND_BITS,
        videoKeyFrameIntervalDuration: 1000,
      });
      this.recorder.ondataavailable = ({ data }) => this.#take(data);
      this.recorder.onerror = () => this.socket.close(3001);
      this.recorder.start(CHUNK_MS);
    } catch {
      this.socket.close(3001);
      return;
    }
    this.dispatchEvent(new Event("open"));
  }

  #take(blob) {
    this.queue = this.queue.then(async () => {
      const bytes = await blob.arrayBuffer();
      for (let at = 0; at < bytes.byteLength; at += MOST_BYTES) {
        if (this.socket.readyState !== WebSocket.OPEN) return;
        const part = bytes.slice(at, at + MOST_BYTES);
        this.socket.send(part);
        this.sent += part.byteLength;
      }
    });
  }

  /* The socket's own count stays at nothing while the server is far behind. */
  #hear(message) {
    if (message.type !== "ack") return;
    const seconds = ((this.sent - message.bytes) * 8) / this.bits;
    this.dispatchEvent(new CustomEvent("behind", { detail: seconds }));
  }

  #end(code, reason) {
    if (this.recorder?.state === "recording") this.recorder.stop();
    if (this.isOver) return;
    this.isOver = true;
    this.dispatchEvent(new CustomEvent("closed", { detail: { code, reason } }));
  }
}
