/** Dropout by the bits of `core/rng.ts`, and the key that it draws by. */
import { numel } from '../../../core/shape.js';
import type { DropoutAttrs } from '../../../graph/attrs/layers.js';
import { operands } from '../../../graph/op.js';
import { literal } from '../kernel.js';
import { type Lowering, type Lowerings, lowering } from '../lowering.js';
import { each } from './map.js';

/** Draw d, word d mod 4 of block ⌊d / 4⌋, decides about the d-th run of elements. */
function dropping(runOf: (shape: readonly number[]) => number): Lowering {
  return lowering<DropoutAttrs>(({ name, inputs, outputs, attrs: { p } }) => {
    const [x] = operands(inputs);
    const [y] = operands(outputs);
    if (x.dtype !== 'float32') return undefined;
    const run = runOf(x.shape);
    const count = numel(x.shape);
    const draws = Math.ceil(count / run);
    // A number of 24 bits is at least p where its bits are at least these.
    const least = Math.ceil(p * 2 ** 24);
    const scale = literal(p === 1 ? 0 : 1 / (1 - p));
    const body = `    let words = philox(vec4u(i, u32(in1[2]), 0u, u32(in1[3])), vec2u(u32(in1[0]), u32(in1[1])));
    for (var e = i * ${4 * run}u; e < min((i + 1u) * ${4 * run}u, ${count}u); e++) {
      let kept = (words[e / ${run}u % 4u] >> 8u) >= ${least}u;
      out0[e] = select(0f, in0[e] * ${scale}, kept);
    }`;
    return [each(name, Math.ceil(draws / 4), { reads: inputs, writes: [y], body })];
  });
}

const nextKey = lowering(({ name, inputs, outputs }) => {
  const [state] = operands(inputs);
  const [next, key] = operands(outputs);
  const body = '    let v = in0[i]; out1[i] = v; out0[i] = select(v, v + 1i, i == 2u);';
  return [each(name, 4, { reads: [state], writes: [next, key], inPlace: [0], body })];
});

export const dropoutLowerings: Lowerings = {
  dropout: dropping(() => 1),
  featureDropout: dropping((shape) => numel(shape.slice(2))),
  nextKey,
};
