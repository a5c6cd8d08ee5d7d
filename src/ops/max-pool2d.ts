import { requireFloat } from '../core/dtype.js';
import { ShapeError } from '../core/errors.js';
import { dims4, formatShape, type Shape } from '../core/shape.js';
import type { MaxPool2dAttrs } from '../graph/attrs/layers.js';
import { defineOp } from '../tensor/define-op.js';
import { pooledSize } from './kernels/windows.js';

/**
 * The maximum of each window: x `[N, C, H, W]` → y, indices `[N, C, H', W']`. An index (int32) is the maximum's place
 * i·W + j in its plane; the first of equal ones counts, and NaN counts as the greatest.
 */
export const maxPool2d = defineOp('maxPool2d', {
  saves: 'outputs',
  infer([x], attrs) {
    const [n, c, h, w] = dims4('maxPool2d', 'input', x.shape);
    requireFloat('maxPool2d', 'the input', x.dtype);
    const size = pooledSize('maxPool2d', x.shape, attrs, attrs.dilation);
    requireElements(x.shape, h, attrs, 0, size[0]);
    requireElements(x.shape, w, attrs, 1, size[1]);
    const shape = [n, c, ...size];
    return [
      { shape, dtype: x.dtype },
      { shape, dtype: 'int32' },
    ];
  },

  backward: (dy, [x], _attrs, [, indices]) => [
    () => maxPool2dBackward([dy, indices], { shape: x.shape }),
  ],

  reference([x], [y, indices], attrs) {
    const [n, c, height, width] = dims4('maxPool2d', 'input', x.shape);
    const [, , outH = 0, outW = 0] = y.shape;
    const [dH, dW] = attrs.dilation;
    const { data } = x;
    const rows = windowsAlong(height, attrs, 0, outH);
    const columns = windowsAlong(width, attrs, 1, outW);
    let to = 0;
    for (let plane = 0; plane < n * c; plane++) {
      const base = plane * height * width;
      for (let row = 0; row < outH; row++) {
        const top = rows.first[row] as number;
        const bottom = rows.end[row] as number;
        for (let column = 0; column < outW; column++) {
          const left = columns.first[column] as number;
          const right = columns.end[column] as number;
          let at = top * width + left;
          let best = data[base + at] as number;
          for (let i = top; i < bottom; i += dH)
            for (let j = left; j < right; j += dW) {
              const value = data[base + i * width + j] as number;
              if (value > best || Number.isNaN(value)) {
                best = value;
                at = i * width + j;
              }
            }
          y.data[to] = best;
          indices.data[to++] = at;
        }
      }
    }
  },
});

/** The gradient of `maxPool2d`: dy, indices `[N, C, H', W']` → dx of `shape`; each dy goes to its maximum. */
export const maxPool2dBackward = defineOp('maxPool2dBackward', {
  infer: ([dy], { shape }) => [{ shape, dtype: dy.dtype }],

  reference([dy, indices], [dx]) {
    const [, , height = 0, width = 0] = dx.shape;
    const [, , outH = 0, outW = 0] = dy.shape;
    const sums = new Float64Array(height * width);
    for (let plane = 0; plane * sums.length < dx.data.length; plane++) {
      sums.fill(0);
      for (let p = plane * outH * outW; p < (plane + 1) * outH * outW; p++) {
        const at = indices.data[p] as number;
        sums[at] = (sums[at] as number) + (dy.data[p] as number);
      }
      dx.data.set(sums, plane * sums.length);
    }
  },
});

/** Along an axis, the first element of each window that is not padding, and the end of the window in the input. */
function windowsAlong(
  size: number,
  { kernelSize, stride, padding, dilation }: MaxPool2dAttrs,
  axis: 0 | 1,
  count: number,
): { readonly first: Int32Array; readonly end: Int32Array } {
  const d = dilation[axis];
  const first = new Int32Array(count);
  const end = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const from = i * stride[axis] - padding[axis];
    first[i] = from < 0 ? from + Math.ceil(-from / d) * d : from;
    end[i] = Math.min(from + (kernelSize[axis] - 1) * d + 1, size);
  }
  return { first, end };
}

/** With padding and dilation a window can miss the input altogether: there is no maximum then. */
function requireElements(
  shape: Shape,
  size: number,
  attrs: MaxPool2dAttrs,
  axis: 0 | 1,
  count: number,
): void {
  const { first, end } = windowsAlong(size, attrs, axis, count);
  const empty = first.findIndex((start, i) => start >= (end[i] as number));
  if (empty !== -1)
    throw new ShapeError(
      'maxPool2d',
      `${axis === 0 ? 'row' : 'column'} ${empty} of windows lies wholly in the padding of input ${formatShape(shape)} ` +
        `(padding ${attrs.padding.join('×')}, dilation ${attrs.dilation.join('×')}); lower padding or dilation`,
    );
}
