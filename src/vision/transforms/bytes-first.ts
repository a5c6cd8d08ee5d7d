/** A pipeline in two halves: on the host, what makes bytes; on a GPU, which they reach in a quarter of the time, the numbers that they become. */
import { compile } from '../../compile/compile.js';
import type { NdArray } from '../../graph/op.js';
import { arange, fromArray } from '../../tensor/creation.js';
import { noGrad } from '../../tensor/grad-mode.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Image } from '../image.js';
import { Compose, type LookUp } from './compose.js';
import { PILToTensor } from './pil-to-tensor.js';
import type { Transform } from './transform.js';

export interface BytesFirst {
  /** Picture → bytes `[C, H, W]`. */
  readonly bytes: Transform<Image, NdArray>;
  /** Bytes `[N, C, H, W]` uint8 → the float32 numbers that the whole pipeline gives, to the bit. */
  readonly numbers: (bytes: Tensor) => Tensor;
}

/** The halves of a pipeline that ends in `ToTensor`, `Normalize` after it included; null for others. */
export function bytesFirst(transform: Transform<Image, NdArray>): BytesFirst | null {
  const lookUp = lookUpOf(transform);
  if (lookUp === null) return null;
  const { before, table } = lookUp;
  const bytes = new Compose<Image, NdArray>([...before, new PILToTensor()]);
  const tables = new Map<number, Tensor>();
  const tableFor = (channels: number) => {
    const known = tables.get(channels) ?? fromArray(table(channels), [256 * channels]);
    tables.set(channels, known);
    return known;
  };
  const look = compile(lookUpIn);
  return { bytes, numbers: (batch) => look(tableFor(batch.size(1)), batch) };
}

function lookUpOf(transform: Transform<Image, NdArray>): LookUp | null {
  if (transform instanceof Compose) return transform.lookUp;
  const { planeTable } = transform;
  return planeTable === undefined ? null : { before: [], table: planeTable.bind(transform) };
}

/** Channel c has the numbers 256 c to 256 c + 255 of the table. */
function lookUpIn(table: Tensor, bytes: Tensor): Tensor {
  return noGrad(() => {
    const channels = bytes.size(1);
    const first = arange(channels).mul(256).reshape([1, channels, 1, 1]);
    const at = bytes.to('int32').add(first).reshape([-1]);
    return table.indexSelect(0, at).reshape(bytes.shape);
  });
}
