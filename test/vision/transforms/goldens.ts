/** Reads the pictures that scripts/goldens/transforms.py made with torchvision and Pillow. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { type Channels, Image } from '../../../src/vision/image.js';
import type { TransformJson } from '../../../src/vision/transforms/transform.js';

interface Stored {
  readonly offset: number;
  readonly shape: readonly number[];
  readonly dtype: 'uint8' | 'float32';
}

/** A result of torchvision's: of a transform without chance, or of a function with arguments. */
export interface GoldenCase extends Stored {
  readonly transform?: TransformJson;
  readonly function?: string;
  readonly args?: Readonly<Record<string, never>>;
  readonly input: string;
}

interface Document {
  readonly inputs: Readonly<Record<string, Stored>>;
  readonly cases: readonly GoldenCase[];
  readonly prints: readonly { readonly transform: TransformJson; readonly text: string }[];
  readonly magnitudes: Readonly<
    Record<string, Record<string, { readonly values: number[] | null; readonly signed: boolean }>>
  >;
}

function findRoot(folder: string): string {
  return existsSync(join(folder, 'tsconfig.json')) ? folder : findRoot(dirname(folder));
}

/** The root of the repository. */
export const repository = findRoot(dirname(fileURLToPath(import.meta.url)));
/** Where the goldens lie. */
export const folder = join(repository, 'test/goldens/transforms');
export const goldens: Document = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8'));
const bytes = gunzipSync(readFileSync(join(folder, 'arrays.bin.gz')));

/** The array of a case. */
export function load({ offset, shape, dtype }: Stored): Uint8Array | Float32Array {
  const count = shape.reduce((a, b) => a * b, 1);
  const size = count * (dtype === 'uint8' ? 1 : 4);
  const copy = Uint8Array.from(bytes.subarray(offset, offset + size));
  return dtype === 'uint8' ? copy : new Float32Array(copy.buffer);
}

/** The input picture of that name. */
export function picture(name: string): Image {
  const stored = goldens.inputs[name];
  if (stored === undefined) throw new Error(`no input ${name}`);
  const [height = 0, width = 0, channels = 0] = stored.shape;
  return new Image(height, width, channels as Channels, load(stored) as Uint8Array);
}

/** Mean and largest difference of two arrays of one length. */
export function difference(a: ArrayLike<number>, b: ArrayLike<number>) {
  let sum = 0;
  let worst = 0;
  for (let i = 0; i < a.length; i++) {
    const d = Math.abs((a[i] ?? 0) - (b[i] ?? 0));
    sum += d;
    if (d > worst) worst = d;
  }
  return { mean: sum / a.length, worst };
}
