/** Where a page gets pictures from: files that are chosen or dropped, the clipboard, the camera. */
import { cameraInput } from './camera-input.js';
import { button, element } from './element.js';
import { type Saying, text } from './language/say.js';

/** A picture that somebody gave to the page. */
export interface GivenPicture {
  /** As it was given: nobody has looked into it. */
  readonly blob: Blob;
  readonly name: string;
  readonly from: 'file' | 'drop' | 'paste' | 'camera';
}

export interface PictureInputOptions {
  /** Called with each picture. While the camera keeps looking, the next is taken when what this returns is done. */
  readonly onPicture: (picture: GivenPicture) => Promise<void>;
  /** Called with what went wrong, in a sentence for people. */
  readonly onProblem: (problem: Saying) => void;
}

export interface PictureInput {
  readonly element: HTMLElement;
  /** Listens no longer to what is pasted, and turns the camera off. */
  close(): void;
}

/** A place to choose, drop and paste pictures and to open the camera. Of several at once the first is taken. */
export function pictureInput({ onPicture, onProblem }: PictureInputOptions): PictureInput {
  const give = (files: Iterable<File>, from: GivenPicture['from']) => {
    const [file] = files;
    if (file === undefined) onProblem((words) => words.noPictureInIt);
    else void onPicture({ blob: file, name: file.name, from });
  };
  const chooser = element('input', {
    type: 'file',
    accept: 'image/*',
    className: 'unseen',
    id: 'picture-file',
  });
  chooser.addEventListener('change', () => {
    if (chooser.files?.length) give(chooser.files, 'file');
    chooser.value = ''; // the same file may be chosen again
  });
  const camera = cameraInput({
    onFrame: (blob) => onPicture({ blob, name: 'camera', from: 'camera' }),
    onProblem,
  });
  const place = element(
    'div',
    { className: 'picture-input' },
    chooser,
    element(
      'label',
      { htmlFor: chooser.id, className: 'button' },
      text((words) => words.choosePicture),
    ),
    button(
      text((words) => words.useCamera),
      () => void camera.open(),
    ),
    element(
      'p',
      { className: 'quiet' },
      text((words) => words.orDropPicture),
    ),
  );
  const drag = (over: boolean) => (event: DragEvent) => {
    event.preventDefault();
    place.classList.toggle('over', over);
  };
  place.addEventListener('dragenter', drag(true));
  place.addEventListener('dragover', drag(true));
  place.addEventListener('dragleave', drag(false));
  place.addEventListener('drop', (event) => {
    drag(false)(event);
    give(event.dataTransfer?.files ?? [], 'drop');
  });
  const onPaste = (event: ClipboardEvent) => {
    if (event.target instanceof HTMLInputElement && event.target.type === 'text') return;
    event.preventDefault();
    give(event.clipboardData?.files ?? [], 'paste');
  };
  document.addEventListener('paste', onPaste);
  return {
    element: element('div', {}, place, camera.element),
    close() {
      document.removeEventListener('paste', onPaste);
      camera.close();
    },
  };
}
