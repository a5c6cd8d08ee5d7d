/** Test-time augmentation: a picture is shown several times, each a little otherwise, and the answers are averaged. */

import { fromArray } from '../tensor/creation.js';
import type { Tensor } from '../tensor/tensor.js';
import type { TestTimeViews } from './answers.js';

export type { TestTimeViews } from './answers.js';

export const testTimeViews: readonly TestTimeViews[] = ['mirror', 'shift', 'both'];

/** Where the pixels of a view are taken from. */
interface View {
  readonly mirrored: boolean;
  /** In sixteenths of the side. */
  readonly down: number;
  readonly right: number;
}

const still = { mirrored: false, down: 0, right: 0 };
const shifted: readonly View[] = [
  still,
  { ...still, down: 1 },
  { ...still, down: -1 },
  { ...still, right: 1 },
  { ...still, right: -1 },
];
const mirroredToo = (views: readonly View[]) => [
  ...views,
  ...views.map((view) => ({ ...view, mirrored: true })),
];

const viewsOf: Readonly<Record<TestTimeViews, readonly View[]>> = {
  mirror: mirroredToo([still]),
  shift: shifted,
  both: mirroredToo(shifted),
};

/** How many views of a picture there are, the picture itself among them. */
export function viewCount(kind: TestTimeViews): number {
  return viewsOf[kind].length;
}

/** Inputs `[N, C, H, W]` → `[N · views, C, H, W]`, the views of each beside each other. What a shift bares is filled with the edge. */
export function withViews(inputs: Tensor, kind: TestTimeViews): Tensor {
  const [count = 0, channels = 0, height = 0, width = 0] = inputs.shape;
  const { data } = inputs;
  const views = viewsOf[kind];
  const out = new Float32Array(views.length * data.length);
  let at = 0;
  for (let n = 0; n < count; n++)
    for (const { mirrored, down, right } of views) {
      const rows = sources(height, down, false);
      const columns = sources(width, right, mirrored);
      for (let plane = n * channels; plane < (n + 1) * channels; plane++)
        for (const row of rows)
          for (const column of columns)
            out[at++] = data[(plane * height + row) * width + column] as number;
    }
  return fromArray(out, [count * views.length, channels, height, width]);
}

/** For each place along a side the place that it shows. */
function sources(side: number, sixteenths: number, mirrored: boolean): number[] {
  const shift = sixteenths * Math.max(1, Math.round(side / 16));
  return Array.from({ length: side }, (_, place) => {
    const from = Math.min(Math.max(place - shift, 0), side - 1);
    return mirrored ? side - 1 - from : from;
  });
}

/** Probabilities `[N · views, K]` → those of each picture, the means of its views: `[N, K]`. */
export function meanOfViews(probabilities: Tensor, kind: TestTimeViews): Tensor {
  const [rows = 0, classes = 0] = probabilities.shape;
  const views = viewCount(kind);
  return probabilities.reshape([rows / views, views, classes]).mean(1);
}
