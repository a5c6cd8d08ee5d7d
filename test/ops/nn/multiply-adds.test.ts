/** The counts of torchinfo 1.8 for single layers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type OpSpec, operands } from '../../../src/graph/op.js';
import type { OpAttrs, OpName } from '../../../src/graph/op-attrs.js';
import { conv2d, conv2dBackwardInput, conv2dBackwardWeight } from '../../../src/ops/conv2d.js';
import { linear } from '../../../src/ops/linear.js';
import { matmul } from '../../../src/ops/matmul.js';
import type { Op } from '../../../src/tensor/define-op.js';

function count<N extends OpName>(
  op: Op<N>,
  shapes: readonly (readonly number[])[],
  attrs: OpAttrs[N],
) {
  const definition: OpSpec<N> = op.definition;
  const inputs = operands(shapes.map((shape) => ({ shape, dtype: 'float32' as const })));
  const outputs = operands(definition.infer(inputs, attrs));
  return definition.multiplyAdds?.(inputs, outputs, attrs);
}

const attrs = { stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1 } as const;

test('conv2d counts weights and biases at each position of the output', () => {
  const mnist = [[1, 1, 28, 28], [32, 1, 3, 3], [32]];
  assert.equal(count(conv2d, mnist, attrs), 216_320);
  assert.equal(count(conv2d, mnist.slice(0, 2), attrs), 194_688);
  const depthwise = { ...attrs, groups: 8, stride: [2, 2], padding: [1, 1] } as const;
  assert.equal(
    count(
      conv2d,
      [
        [2, 8, 9, 9],
        [8, 1, 3, 3],
      ],
      depthwise,
    ),
    2 * 5 * 5 * 72,
  );
});

test('the backward passes cost what the forward pass costs', () => {
  const shape = [2, 4, 6, 6];
  const weight = [6, 2, 3, 3];
  const dy = [2, 6, 4, 4];
  const grouped = { ...attrs, groups: 2 };
  const forward = count(conv2d, [shape, weight], grouped);
  assert.equal(forward, 2 * 16 * 108);
  assert.equal(count(conv2dBackwardInput, [dy, weight], { ...grouped, shape }), forward);
  assert.equal(count(conv2dBackwardWeight, [shape, dy], { ...grouped, shape: weight }), forward);
});

test('linear counts weights and biases for each row, matmul the products', () => {
  assert.equal(count(linear, [[1, 1600], [64, 1600], [64]], {}), 102_464);
  assert.equal(
    count(
      linear,
      [
        [2, 3, 10],
        [4, 10],
      ],
      {},
    ),
    240,
  );
  const flags = { transposeA: false, transposeB: false };
  assert.equal(
    count(
      matmul,
      [
        [5, 2, 3],
        [3, 4],
      ],
      flags,
    ),
    120,
  );
});
