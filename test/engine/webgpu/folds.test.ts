/** Reductions by a thread for each result, by groups, and by large groups, against the reference. */
import '../../../src/index.js';
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { lowerGraph } from '../../../src/engine/webgpu/plan/lower-graph.js';
import type { WebGpuEngine } from '../../../src/engine/webgpu/webgpu.js';
import { nn } from '../../../src/index.js';
import type { Tensor } from '../../../src/tensor/tensor.js';
import { answer, compiledAnswer } from '../../ops/answers.js';
import { input, type OpCase } from '../../ops/op-case.js';
import { assertClose } from '../../ops/run-case.js';
import { GraphBuilder } from '../compiler/graphs.js';
import { software, withoutAdapter } from './machine.js';

after(() => {
  if (typeof software !== 'string') software.stop();
});

const over = (name: string, size: number, run: (x: Tensor) => Tensor, grad = true): OpCase => ({
  name: `${name} of ${size}`,
  ops: [],
  inputs: [input([3, size])],
  ...{ run, grad },
});

/** Sizes that groups of 64 and of 256 threads do not divide. */
const cases = [100, 1001, 5003].flatMap((size) => [
  over('sum', size, (x) => x.sum(1)),
  over('variance', size, (x) => x.var(1)),
  over('greatest', size, (x) => x.max(1).values),
  over('where it is', size, (x) => x.argmax(1), false),
]);

const normalisation: OpCase = {
  ...{ name: 'batch norm', ops: [], inputs: [input([3, 2, 43, 41]), input([2]), input([2])] },
  run: (x, weight, bias) =>
    nn.functional.batchNorm(x, null, null, { weight, bias, training: true }),
};

describe('on a software adapter', { skip: withoutAdapter }, () => {
  const engine = software as WebGpuEngine; // Else all of this is skipped.
  for (const opCase of [...cases, normalisation])
    test(opCase.name, () => {
      assertClose(compiledAnswer(opCase, engine), answer(opCase, 'reference'), 2e-5);
    });
});

test('long sums have large groups, and short ones a thread each', () => {
  const threads = (size: number) => {
    const g = new GraphBuilder();
    const y = g.call('sum', [g.input([3, size])], { dims: [1], keepdim: false });
    const { items } = lowerGraph(g.graph([y]), {
      ...{ tiles: true, winograd: 'never', mostBindings: 8, largestBuffer: 2 ** 31 },
    });
    return items.map(({ kernel }) => [kernel?.size[0], kernel?.groups[0]]);
  };
  assert.deepEqual(threads(100), [[64, 1]]);
  assert.deepEqual(threads(1001), [[64, 3]]);
  assert.deepEqual(threads(5003), [[256, 3]]);
});
