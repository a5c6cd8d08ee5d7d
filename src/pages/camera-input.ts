import { button, element } from './element.js';
import { type Saying, text } from './language/say.js';

export interface CameraOptions {
  readonly onFrame: (picture: Blob) => Promise<void>;
  readonly onProblem: (problem: Saying) => void;
}

/** The camera's picture with a button that takes one, and a box that takes one after the other. */
export interface CameraInput {
  readonly element: HTMLElement;
  open(): Promise<void>;
  close(): void;
}

/** The longest side of a picture that is taken, in pixels. */
const longest = 1024;

/** Between two pictures while it keeps looking, so that the page stays quick. */
const pauseMs = 100;

export function cameraInput({ onFrame, onProblem }: CameraOptions): CameraInput {
  let stream: MediaStream | null = null;
  const video = element('video', { muted: true, playsInline: true, autoplay: true });
  const looking = element('input', { type: 'checkbox' });
  const take = async () => {
    const picture = await frameOf(video);
    if (picture !== null) await onFrame(picture);
  };
  const keepLooking = async () => {
    while (looking.checked && stream !== null) {
      await take();
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  };
  looking.addEventListener('change', () => void keepLooking());
  const close = () => {
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = null;
    video.srcObject = null;
    looking.checked = false;
    box.hidden = true;
  };
  const shutter = button(
    text((words) => words.takePicture),
    () => void take(),
  );
  const box = element(
    'div',
    { className: 'camera', hidden: true },
    video,
    element(
      'p',
      { className: 'row' },
      shutter,
      element(
        'label',
        {},
        looking,
        ' ',
        text((words) => words.keepLooking),
      ),
      button(
        text((words) => words.closeCamera),
        close,
      ),
    ),
  );
  const open = async () => {
    if (stream !== null) return;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      // `mediaDevices` is missing where the page did not come over https or from this machine.
      onProblem((words) => words.noCamera(window.isSecureContext ? reason : words.notSecure));
      return;
    }
    video.srcObject = stream;
    box.hidden = false;
    shutter.focus();
  };
  return { element: box, open, close };
}

/** What the camera sees now, as a JPEG; null where it sees nothing yet. */
async function frameOf(video: HTMLVideoElement): Promise<Blob | null> {
  const { videoWidth, videoHeight } = video;
  if (videoWidth === 0) return null;
  const scale = Math.min(1, longest / Math.max(videoWidth, videoHeight));
  const canvas = element('canvas', {
    width: Math.round(videoWidth * scale),
    height: Math.round(videoHeight * scale),
  });
  canvas.getContext('2d')?.drawImage(video, 0, 0, canvas.width, canvas.height);
  return await new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.92));
}
