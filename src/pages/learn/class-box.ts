import { element } from '../element.js';

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
    value: `class ${number}`,
    attributes: { 'aria-label': `Name of class ${number}` },
  });
  const chosen = element('input', { type: 'radio', name: 'camera', checked: number === 1 });
  const count = element('span', { className: 'quiet' }, 'no pictures');
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
    count.textContent = `${pictures.length} picture${pictures.length === 1 ? '' : 's'}`;
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
        element('label', { htmlFor: files.id, className: 'button' }, 'Add pictures'),
        element('label', {}, chosen, ' from the camera'),
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
