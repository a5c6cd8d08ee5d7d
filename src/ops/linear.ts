import { ShapeError } from '../core/errors.js';
import { formatShape, numel } from '../core/shape.js';
import { defineOp } from '../tensor/define-op.js';
import { addDotRows, packRows } from './kernels/dot-rows.js';
import { matmul } from './matmul.js';
import { requireExact, requireOneFloat } from './require.js';

/** y = x · wᵀ + b: x `[…, in]`, w `[out, in]`, b `[out]` (may be left out) → y `[…, out]`. */
export const linear = defineOp('linear', {
  saves: 'inputs',
  infer(inputs) {
    const [x, w] = inputs;
    const bias = inputs.at(2);
    const dtype = requireOneFloat('linear', { input: x, weight: w, bias });
    const [outFeatures, inFeatures] = w.shape;
    if (w.shape.length !== 2 || outFeatures === undefined || inFeatures === undefined)
      throw new ShapeError(
        'linear',
        `weight ${formatShape(w.shape)} has ${w.shape.length} dimensions, 2 are required: [out, in]`,
      );
    if (x.shape.at(-1) !== inFeatures)
      throw new ShapeError(
        'linear',
        `input ${formatShape(x.shape)} has ${x.shape.at(-1) ?? 'no'} features, ` +
          `but weight ${formatShape(w.shape)} expects ${inFeatures}`,
      );
    requireExact(
      'linear',
      'bias',
      bias,
      [outFeatures],
      `one for each row of weight ${formatShape(w.shape)}`,
    );
    return [{ shape: [...x.shape.slice(0, -1), outFeatures], dtype }];
  },

  backward(dy, inputs) {
    const [x, w, bias] = inputs;
    const rows = numel(dy.shape.slice(0, -1));
    const weightGrad = () =>
      matmul([dy.reshape([rows, dy.size(-1)]), x.reshape([rows, x.size(-1)])], {
        transposeA: true,
        transposeB: false,
      });
    return [
      () => matmul([dy, w], { transposeA: false, transposeB: false }),
      weightGrad,
      () => dy.sumTo(bias.shape),
    ];
  },

  /** As torchinfo counts: one for each weight and each bias, for each row. */
  multiplyAdds: (inputs, [y]) => {
    const parameters = numel(inputs[1].shape) + numel(inputs.at(2)?.shape ?? [0]);
    return numel(y.shape.slice(0, -1)) * parameters;
  },

  reference(inputs, [y]) {
    const [x, w] = inputs;
    const [n = 0, k = 0] = w.shape;
    const m = numel(y.shape.slice(0, -1));
    const xRows = new Float64Array(m * k);
    const wRows = new Float64Array(n * k);
    packRows(xRows, x.data, 0, m, k, k, 1);
    packRows(wRows, w.data, 0, n, k, k, 1);
    const out = new Float64Array(m * n);
    const bias = inputs.at(2)?.data;
    if (bias !== undefined) for (let i = 0; i < m; i++) out.set(bias, i * n);
    addDotRows(out, xRows, wRows, m, n, k);
    y.data.set(out);
  },
});
