import { element } from '../element.js';
import { say, sayNow, text } from '../language/say.js';

/** A class and its pictures. */
export interface ClassBox {
  readonly element: HTMLElement;
  readonly name: string;
  readonly pictures: readonly Blob[];
  /** Whether the camera's pictures are of it. */
  readonly chosen: boolean;
  add(pictures: readonly Blob[]): void;
}

/** Pictures that are shown, the last ones. */
const shown = 12;

export function classBox(number: number): ClassBox {
  const pictures: Blob[] = [];
  const name = element('input', {
    type: 'text',
    value: sayNow((words) => words.className(number)),
  });
  say(name, (words) => words.nameOfClass(number), 'aria-label');
  const chosen = element('input', { type: 'radio', name: 'camera', checked: number === 1 });
  const count = element('span', { className: 'quiet' });
  const tellCount = () => say(count, (words) => words.pictures(pictures.length));
  tellCount();
  const thumbs = element('div', { className: 'thumbs' });
  const files = element('input', {
    type: 'file',
    accept: 'image/*',
    multiple: true,
    className: 'unseen',
    id: `files-${number}`,
  });
  const add = (more: readonly Blob[]) => {
    pictures.push(...more);
    tellCount();
    for (const picture of more.slice(-shown)) thumbs.append(thumb(picture));
    while (thumbs.children.length > shown) thumbs.firstElementChild?.remove();
  };
  files.addEventListener('change', () => {
    add([...(files.files ?? [])]);
    files.value = '';
  });
  return {
    element: element(
      'fieldset',
      { className: 'class' },
      element(
        'p',
        { className: 'row' },
        name,
        files,
        element(
          'label',
          { htmlFor: files.id, className: 'button' },
          text((words) => words.addPictures),
        ),
        element(
          'label',
          {},
          chosen,
          ' ',
          text((words) => words.fromCamera),
        ),
        count,
      ),
      thumbs,
    ),
    get name() {
      return name.value.trim();
    },
    pictures,
    get chosen() {
      return chosen.checked;
    },
    add,
  };
}

function thumb(picture: Blob): HTMLImageElement {
  const image = element('img', { alt: '', height: 48 });
  image.src = URL.createObjectURL(picture);
  image.addEventListener('load', () => URL.revokeObjectURL(image.src));
  return image;
}
