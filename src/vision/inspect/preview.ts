import { DataError, ValueError } from '../../core/errors.js';
import { optionReader } from '../../core/options.js';
import { Rng } from '../../core/rng.js';
import type { NdArray } from '../../graph/op.js';
import { defaultGenerator } from '../../tensor/generator.js';
import { encodePng } from '../codecs/sharp.js';
import { Image } from '../image.js';
import { type AnyTransformLike, type TransformLike, toTransform } from '../transforms/lambda.js';
import { Resize } from '../transforms/resize.js';
import type { AnyTransform } from '../transforms/transform.js';
import type { PictureDataset } from './picture-dataset.js';

/** A picture of many pictures, and what they are. */
export interface Preview {
  readonly png: Uint8Array;
  /** Row by row; fewer than rows × columns where the data set has fewer. */
  readonly cells: readonly {
    readonly row: number;
    readonly column: number;
    readonly label: string;
  }[];
}

/** A picture of samples. */
export interface SamplesPreview extends Preview {
  /** The sample in each of `cells`, by its number in the data set. */
  readonly indices: readonly number[];
  /** Pictures that could not be read: others are shown in their place. */
  readonly skipped: readonly DataError[];
}

export interface PreviewOptions {
  /** @default 6 */
  readonly rows?: number;
  /** @default 8 */
  readonly columns?: number;
  /** Side of each picture's place, in pixels; pictures keep their proportions. @default 96 */
  readonly cellSize?: number;
  /** Draws samples and what is random in transforms. @default drawn from the generator that `manualSeed` seeds */
  readonly seed?: number;
  /** Shows what training sees. @default the pictures themselves */
  readonly transform?: AnyTransformLike;
}

const gridNames = { columns: true, cellSize: true, seed: true } as const;
const readSamples = optionReader<PreviewOptions>('previewSamples', {
  rows: true,
  ...gridNames,
  transform: true,
});
export type PreviewTransformsOptions = Omit<PreviewOptions, 'rows' | 'transform'>;
const readTransforms = optionReader<PreviewTransformsOptions>('previewTransforms', gridNames);

const BACKGROUND = 40;

const GAP = 2;

/** The largest picture that is drawn. */
const mostPixels = 100e6;

/** Random samples of a data set in a grid, the classes taking turns. */
export async function previewSamples(
  dataset: PictureDataset,
  ...given: [options?: PreviewOptions]
): Promise<SamplesPreview> {
  const {
    rows = 6,
    columns = 8,
    cellSize = 96,
    seed = defaultGenerator.drawSeed(),
    transform,
  } = readSamples(given);
  requireGrid(rows, columns, cellSize);
  const places = Math.min(rows * columns, dataset.length);
  const grid = new Grid(Math.ceil(places / columns), columns, cellSize);
  const cells: Preview['cells'][number][] = [];
  const indices: number[] = [];
  const skipped: DataError[] = [];
  for (const index of takeTurns(dataset, seed)) {
    if (cells.length === places) break;
    const picture = await readable(dataset, index);
    if (picture instanceof DataError) {
      skipped.push(picture);
      continue;
    }
    const row = Math.floor(cells.length / columns);
    const column = cells.length % columns;
    grid.put(row, column, applied(transform, picture, new Rng(seed, 0, index)));
    const label = dataset.classes[dataset.targets[index] ?? 0] ?? '';
    cells.push({ row, column, label });
    indices.push(index);
  }
  const [first] = skipped;
  if (cells.length === 0 && first !== undefined) throw first;
  return { png: await grid.png(), cells, indices, skipped };
}

/** The picture, or why it cannot be read. */
async function readable(dataset: PictureDataset, index: number): Promise<Image | DataError> {
  try {
    return await dataset.image(index);
  } catch (error) {
    if (error instanceof DataError) return error;
    throw error;
  }
}

/** One picture under each of `transforms`: a row for each, with as many random results as there are columns. */
export async function previewTransforms(
  picture: Image,
  transforms: readonly AnyTransform[],
  ...given: [options?: PreviewTransformsOptions]
): Promise<Preview> {
  const { columns = 8, cellSize = 96, seed = defaultGenerator.drawSeed() } = readTransforms(given);
  requireGrid(transforms.length, columns, cellSize);
  const grid = new Grid(transforms.length, columns, cellSize);
  const cells: Preview['cells'][number][] = [];
  transforms.forEach((transform, row) => {
    for (let column = 0; column < columns; column++) {
      grid.put(row, column, applied(transform, picture, new Rng(seed, row, column)));
      cells.push({ row, column, label: transform.toString() });
    }
  });
  return { png: await grid.png(), cells };
}

/** All samples in random order, but one of each class after the other. */
export function takeTurns({ length, targets }: PictureDataset, seed: number): number[] {
  const turns = new Map<number, number>();
  const turnOf = new Map<number, number>();
  const order = [...new Rng(seed).permutation(length)];
  for (const index of order) {
    const label = targets[index] ?? 0;
    const turn = turns.get(label) ?? 0;
    turns.set(label, turn + 1);
    turnOf.set(index, turn);
  }
  const key = (index: number) => (turnOf.get(index) ?? 0) * 2 ** 20 + (targets[index] ?? 0);
  return order.sort((a, b) => key(a) - key(b));
}

function applied(transform: AnyTransformLike | undefined, picture: Image, rng: Rng): Image {
  if (transform === undefined) return picture;
  const step = toTransform('preview', transform as TransformLike<Image, Image | NdArray>);
  const result = step.apply(picture, rng);
  return result instanceof Image ? result : toImage(result);
}

/** Float planes `[C, H, W]` as bytes, their smallest number black and their largest white. */
function toImage({ shape, data }: NdArray): Image {
  const [channels = 0, height = 0, width = 0] = shape;
  if (shape.length !== 3 || (channels !== 1 && channels !== 3))
    throw new ValueError(
      'preview',
      `an array [${shape}] is no picture, [1, H, W] or [3, H, W] is required`,
    );
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of data) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const scale = high > low ? 255 / (high - low) : 0;
  const image = new Image(height, width, channels);
  const plane = height * width;
  for (let c = 0; c < channels; c++)
    for (let p = 0; p < plane; p++)
      image.data[p * channels + c] = Math.round(((data[c * plane + p] as number) - low) * scale);
  return image;
}

/** A grid of pictures, each shrunk or enlarged to fit its place. */
class Grid {
  private readonly canvas: Image;
  private readonly pitch: number;

  constructor(
    rows: number,
    columns: number,
    private readonly cellSize: number,
  ) {
    this.pitch = cellSize + GAP;
    this.canvas = new Image(Math.max(rows, 1) * this.pitch + GAP, columns * this.pitch + GAP, 3);
    this.canvas.data.fill(BACKGROUND);
  }

  put(row: number, column: number, picture: Image): void {
    const scale = this.cellSize / Math.max(picture.height, picture.width);
    const height = Math.max(1, Math.round(picture.height * scale));
    const width = Math.max(1, Math.round(picture.width * scale));
    const { data, channels } = new Resize([height, width]).apply(picture, new Rng(0));
    const top = GAP + row * this.pitch + ((this.cellSize - height) >> 1);
    const left = GAP + column * this.pitch + ((this.cellSize - width) >> 1);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        for (let c = 0; c < 3; c++)
          this.canvas.data[((top + y) * this.canvas.width + left + x) * 3 + c] = data[
            (y * width + x) * channels + (channels === 3 ? c : 0)
          ] as number;
  }

  png(): Promise<Uint8Array> {
    return encodePng(this.canvas);
  }
}

function requireGrid(rows: number, columns: number, cellSize: number): void {
  for (const [name, value] of Object.entries({ rows, columns, cellSize }))
    if (!Number.isInteger(value) || value < 1 || value > 4096)
      throw new ValueError('preview', `${name}=${value} must be a whole number from 1 to 4096`);
  const pixels = rows * columns * (cellSize + GAP) ** 2;
  if (pixels > mostPixels)
    throw new ValueError(
      'preview',
      `${rows} × ${columns} pictures of ${cellSize} pixels are ${Math.ceil(pixels / 1e6)} megapixels, ` +
        `at most ${mostPixels / 1e6} are drawn; ask for fewer or smaller ones`,
    );
}
