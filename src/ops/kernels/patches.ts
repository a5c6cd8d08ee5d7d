/**
 * The patches that a convolution's kernel meets, as a matrix `[H'·W', C·kH·kW]`: row p = (i, j) is a position of the
 * output, column k = (c, u, v) one in the kernel. It turns the three passes of a convolution into products of matrices.
 */
import type { TypedArray } from '../../core/dtype.js';
import type { Size2d } from '../../core/shape.js';

/** The planes of one group of one image, and the kernel that slides over them. */
export interface PatchGeometry {
  readonly channels: number;
  readonly size: Size2d;
  readonly kernel: Size2d;
  readonly output: Size2d;
  readonly stride: Size2d;
  readonly padding: Size2d;
  readonly dilation: Size2d;
}

/**
 * Copies planes, from `offset` of `x`, to the matrix. Elements that lie in the padding are left as they are: 0 in a new
 * array.
 */
export function gatherPatches(
  patches: Float64Array,
  x: TypedArray,
  offset: number,
  geometry: PatchGeometry,
): void {
  const [, width] = geometry.size;
  const [, outWidth] = geometry.output;
  const [strideH, strideW] = geometry.stride;
  const step = patchSize(geometry);
  for (const { k, plane, i0, i1, j0, j1, top, left } of kernelPositions(geometry)) {
    for (let i = i0; i < i1; i++) {
      let from = offset + plane + (i * strideH + top) * width + j0 * strideW + left;
      let to = (i * outWidth + j0) * step + k;
      for (let j = j0; j < j1; j++) {
        patches[to] = x[from] as number;
        from += strideW;
        to += step;
      }
    }
  }
}

/** The transpose of gathering: adds each element of the matrix to where it came from. */
export function scatterPatches(
  x: Float64Array,
  patches: Float64Array,
  geometry: PatchGeometry,
): void {
  const [, width] = geometry.size;
  const [, outWidth] = geometry.output;
  const [strideH, strideW] = geometry.stride;
  const step = patchSize(geometry);
  for (const { k, plane, i0, i1, j0, j1, top, left } of kernelPositions(geometry)) {
    for (let i = i0; i < i1; i++) {
      let to = plane + (i * strideH + top) * width + j0 * strideW + left;
      let from = (i * outWidth + j0) * step + k;
      for (let j = j0; j < j1; j++) {
        x[to] = (x[to] as number) + (patches[from] as number);
        to += strideW;
        from += step;
      }
    }
  }
}

/** Elements of a patch. */
function patchSize({ channels, kernel }: PatchGeometry): number {
  return channels * kernel[0] * kernel[1];
}

/** One column of the matrix: where its elements come from, and which of them (i0 ≤ i < i1, j0 ≤ j < j1) lie inside. */
interface KernelPosition {
  readonly k: number;
  /** Where the channel's plane starts. */
  readonly plane: number;
  /** Output (i, j) meets input (i·stride + top, j·stride + left). */
  readonly top: number;
  readonly left: number;
  readonly i0: number;
  readonly i1: number;
  readonly j0: number;
  readonly j1: number;
}

function* kernelPositions(geometry: PatchGeometry): Generator<KernelPosition> {
  const { channels, size, kernel, output, stride, padding, dilation } = geometry;
  let k = 0;
  for (let c = 0; c < channels; c++) {
    const plane = c * size[0] * size[1];
    for (let u = 0; u < kernel[0]; u++) {
      const top = u * dilation[0] - padding[0];
      const [i0, i1] = insideRange(size[0], output[0], stride[0], top);
      for (let v = 0; v < kernel[1]; v++) {
        const left = v * dilation[1] - padding[1];
        const [j0, j1] = insideRange(size[1], output[1], stride[1], left);
        yield { k: k++, plane, top, left, i0, i1, j0, j1 };
      }
    }
  }
}

/** The outputs i with 0 ≤ i·stride + shift < size. */
function insideRange(
  size: number,
  output: number,
  stride: number,
  shift: number,
): readonly [first: number, end: number] {
  const first = Math.max(0, Math.ceil(-shift / stride));
  const end = Math.min(output, Math.floor((size - 1 - shift) / stride) + 1);
  return [first, end];
}
