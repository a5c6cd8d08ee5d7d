import { requireFloat } from '../core/dtype.js';
import { ShapeError } from '../core/errors.js';
import { dims4, formatShape, pair } from '../core/shape.js';
import { defineOp } from '../tensor/define-op.js';
import { adaptiveWindows } from './kernels/windows.js';
import { maxPool2dBackward } from './max-pool2d.js';

/**
 * Maxima over as many windows as the output has places, which lie as those of `adaptiveAvgPool2d`: x `[N, C, H, W]` →
 * y, indices `[N, C, …outputSize]`; an index (int32) is the maximum's place i·W + j in its plane.
 */
export const adaptiveMaxPool2d = defineOp('adaptiveMaxPool2d', {
  saves: 'outputs',
  infer([x], { outputSize }) {
    const [n, c, height, width] = dims4('adaptiveMaxPool2d', 'input', x.shape);
    requireFloat('adaptiveMaxPool2d', 'the input', x.dtype);
    const size = pair('adaptiveMaxPool2d', 'outputSize', outputSize);
    if (height === 0 || width === 0)
      throw new ShapeError(
        'adaptiveMaxPool2d',
        `input ${formatShape(x.shape)} has empty planes, at least 1×1 is required`,
      );
    const shape = [n, c, ...size];
    return [
      { shape, dtype: x.dtype },
      { shape, dtype: 'int32' },
    ];
  },
  backward: (dy, [x], _attrs, [, indices]) => [
    () => maxPool2dBackward([dy, indices], { shape: x.shape }),
  ],
  reference([x], [y, indices]) {
    const [, , height = 0, width = 0] = x.shape;
    const rows = adaptiveWindows(height, y.shape[2] ?? 0);
    const columns = adaptiveWindows(width, y.shape[3] ?? 0);
    let to = 0;
    for (let base = 0; base < x.data.length; base += height * width)
      for (const row of rows)
        for (const column of columns) {
          let at = row.start * width + column.start;
          let best = x.data[base + at] as number;
          for (let i = row.start; i < row.end; i++)
            for (let j = column.start; j < column.end; j++) {
              const value = x.data[base + i * width + j] as number;
              if (!(value > best || Number.isNaN(value))) continue;
              best = value;
              at = i * width + j;
            }
          y.data[to] = best;
          indices.data[to++] = at;
        }
  },
});
