/* Camera, microphone, screen: opened, named, and each fault told apart. */

const WIDE = { width: 1280, height: 720 };
const HELD_UPRIGHT = { width: 720, height: 1280 };

/* A computer's camera lies on its side, so an upright picture is cut out of it.
   Chromium records the cut in the camera's own size: 4K, were a taller one asked for. */
const CUT_UPRIGHT = { width: 608, height: 1080 };

/** Why a device could not be opened, as the name of a sentence on the page. */
export function faultOf(error) {
  if (!window.isSecureContext) return "insecure";
  if (!navigator.mediaDevices?.getUserMedia) return "old";
  if (error?.name === "NotAllowedError") return "denied";
  if (error?.name === "NotFoundError" || error?.name === "OverconstrainedError") return "missing";
  if (error?.name === "NotReadableError") return "busy";
  return "failed";
}

function sizeOf(shape) {
  if (shape !== "portrait") return WIDE;
  return matchMedia("(pointer: coarse)").matches ? HELD_UPRIGHT : CUT_UPRIGHT;
}

function picture({ camera, facing, shape }) {
  const { width, height } = sizeOf(shape);
  const wanted = { width: { ideal: width }, height: { ideal: height }, frameRate: { ideal: 30, max: 30 } };
  if (camera) wanted.deviceId = { exact: camera };
  else if (facing) wanted.facingMode = { ideal: facing };
  return wanted;
}

function sound(microphone) {
  return microphone ? { deviceId: { exact: microphone } } : true;
}

/** Open camera and microphone as they are chosen. */
export async function openCamera(choice) {
  if (!navigator.mediaDevices?.getUserMedia) throw new Error("no devices");
  return navigator.mediaDevices.getUserMedia({
    video: picture(choice),
    audio: sound(choice.microphone),
  });
}

/** Open the screen; the microphone speaks over it. */
export async function openScreen(choice) {
  const screen = await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: 30 } });
  try {
    const voice = await navigator.mediaDevices.getUserMedia({ audio: sound(choice.microphone) });
    return new MediaStream([...screen.getVideoTracks(), ...voice.getAudioTracks()]);
  } catch (error) {
    close(screen);
    throw error;
  }
}

/** Let go of all devices of a stream. */
export function close(stream) {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

/** Fill a list with the devices of a kind; the one in use is chosen. */
export async function fill(select, kind, stream) {
  const found = await navigator.mediaDevices.enumerateDevices();
  const tracks = kind === "videoinput" ? stream.getVideoTracks() : stream.getAudioTracks();
  const used = tracks[0]?.getSettings().deviceId;
  const options = found
    .filter((device) => device.kind === kind && device.deviceId)
    .map((device, index) => {
      const name = device.label || `${select.dataset.name} ${index + 1}`;
      return new Option(name, device.deviceId, false, device.deviceId === used);
    });
  select.replaceChildren(...options);
  select.disabled = options.length === 0;
}
