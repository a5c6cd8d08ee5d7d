/** Matrix products on engine `native`, against `reference`. */
import '../../../src/ops/index.js';
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { Rng } from '../../../src/core/rng.js';
import { referenceEngine } from '../../../src/engine/reference/reference.js';
import type { Graph } from '../../../src/graph/graph.js';
import { assertValues } from '../../ops/run-case.js';
import { GraphBuilder, normals, prepareAndRun } from '../compiler/graphs.js';
import { kernelsByOp } from './kernels-by-op.js';
import { nativeLevels, openMachineCode, withoutNative } from './machine.js';

function linear(x: readonly number[], outputs: number, bias: boolean): Graph {
  const b = new GraphBuilder();
  const inputs = [b.input(x), b.input([outputs, x.at(-1) ?? 0])];
  if (bias) inputs.push(b.input([outputs]));
  return b.graph([b.call('linear', inputs)]);
}

function matmul(m: number, k: number, n: number, transposeA: boolean, transposeB: boolean): Graph {
  const b = new GraphBuilder();
  const left = b.input(transposeA ? [k, m] : [m, k]);
  const right = b.input(transposeB ? [n, k] : [k, n]);
  return b.graph([b.call('matmul', [left, right], { transposeA, transposeB })]);
}

const products: Readonly<Record<string, Graph>> = {
  'linear with bias, columns cut': linear([20, 100], 140, true),
  'linear without bias, rows cut': linear([300, 90], 10, false),
  'linear on a stack of rows': linear([3, 7, 200], 70, true),
  'linear with fewer vectors than threads': linear([30, 600], 17, true),
  'linear of one row': linear([1, 1024], 300, true),
  'linear of three rows, k a number more than vectors': linear([3, 1025], 301, true),
  'linear of few rows, k cut': linear([6, 349], 75, false),
  'matmul A · B': matmul(65, 70, 70, false, false),
  'matmul A · B, k and rows cut': matmul(67, 71, 66, false, false),
  'matmul A · Bᵀ, k and rows cut': matmul(69, 73, 62, false, true),
  'matmul Aᵀ · B': matmul(60, 80, 71, true, false),
  'matmul A · Bᵀ': matmul(200, 50, 33, false, true),
  'matmul Aᵀ · Bᵀ': matmul(31, 250, 45, true, true),
};

describe('matrix products in emitted code', { skip: withoutNative }, () => {
  const engines = nativeLevels.flatMap((level) =>
    [1, 2, 5].map((threads) => openMachineCode({ threads, level })),
  );
  after(() => {
    for (const engine of engines) engine.stop();
  });

  for (const [what, graph] of Object.entries(products))
    test(what, () => {
      const rng = new Rng(5);
      const inputs = graph.inputs.map(({ shape }) => normals(rng, shape));
      const [expected = []] = prepareAndRun(referenceEngine, graph, inputs);
      for (const engine of engines) {
        const plan = engine.prepare(graph);
        const [kernels = []] = Object.values(kernelsByOp(plan.program));
        assert.deepEqual(kernels, what.includes('Aᵀ · Bᵀ') ? ['gemm'] : ['foreign'], plan.program);
        plan.dispose();
        const [result = []] = prepareAndRun(engine, graph, inputs);
        const { level } = engine.facts.code;
        assertValues(`${level}, ${engine.threads} threads`, result, expected, 1e-5);
      }
    });

  test('small products are left to the engine’s own kernels', () => {
    const graph = matmul(15, 16, 16, false, false);
    for (const engine of engines) {
      const plan = engine.prepare(graph);
      assert.doesNotMatch(plan.program, /^foreign/m);
      plan.dispose();
    }
  });
});
