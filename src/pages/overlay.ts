/** A picture, and over it in colours where a model saw its reasons. */
import { colorOf } from '../explain/colormap.js';
import { element } from './element.js';
import { say, text } from './language/say.js';

/** A map of numbers, row by row. */
export interface Heatmap {
  readonly height: number;
  readonly width: number;
  readonly values: ArrayLike<number>;
}

export interface Overlay {
  readonly element: HTMLElement;
  /** Shows a picture, under a heatmap where there is one: each in all colours from its smallest number to its largest. */
  show(picture: ImageBitmap | HTMLImageElement, heatmap: Heatmap | null): void;
}

/** The longer side of what is drawn, in pixels: small pictures are enlarged, large ones made smaller. */
const side = 448;

/** A canvas with a slider for how much the heatmap hides of the picture. */
export function overlayView(): Overlay {
  const canvas = element('canvas', { width: 0, height: 0, attributes: { role: 'img' } });
  const slider = element('input', { type: 'range', min: '0', max: '100', value: '50' });
  const control = element(
    'label',
    { className: 'row', hidden: true },
    text((words) => words.heatmap),
    slider,
  );
  let shown: { picture: ImageBitmap | HTMLImageElement; heat: HTMLCanvasElement | null } | null =
    null;
  const draw = () => {
    const context = canvas.getContext('2d');
    if (shown === null || context === null) return;
    const { picture, heat } = shown;
    const { width, height } = canvas;
    context.globalAlpha = 1;
    context.clearRect(0, 0, width, height);
    context.imageSmoothingEnabled = picture.width > side / 4; // small pictures are pixels
    context.drawImage(picture, 0, 0, width, height);
    if (heat === null) return;
    context.imageSmoothingEnabled = true;
    context.globalAlpha = Number(slider.value) / 100;
    context.drawImage(heat, 0, 0, width, height);
  };
  slider.addEventListener('input', draw);
  return {
    element: element('div', { className: 'overlay' }, canvas, control),
    show(picture, heatmap) {
      const scale = side / Math.max(picture.width, picture.height);
      canvas.width = Math.max(1, Math.round(picture.width * scale));
      canvas.height = Math.max(1, Math.round(picture.height * scale));
      say(
        canvas,
        (words) => (heatmap === null ? words.thePicture : words.thePictureWithHeat),
        'aria-label',
      );
      control.hidden = heatmap === null;
      shown = { picture, heat: heatmap && colored(heatmap) };
      draw();
    },
  };
}

function colored({ height, width, values }: Heatmap): HTMLCanvasElement {
  const canvas = element('canvas', { height, width });
  const image = new ImageData(width, height);
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    low = Math.min(low, values[i] ?? 0);
    high = Math.max(high, values[i] ?? 0);
  }
  const scale = high > low ? 1 / (high - low) : 0;
  for (let i = 0; i < values.length; i++)
    image.data.set([...colorOf('viridis', ((values[i] ?? 0) - low) * scale), 255], i * 4);
  canvas.getContext('2d')?.putImageData(image, 0, 0);
  return canvas;
}
