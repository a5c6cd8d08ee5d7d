/** Running statistics at their edges, eagerly and compiled, on every engine. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { compile } from '../../src/compile/compile.js';
import { currentEngine, useEngine } from '../../src/engine/select.js';
import * as nn from '../../src/nn/index.js';
import '../../src/ops/index.js';
import { tensor, zeros } from '../../src/tensor/creation.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { presentEngines } from '../engine/present.js';
import { assertClose } from './close.js';

const before = currentEngine();
after(() => useEngine(before));

type Layer = nn.BatchNorm1d | nn.BatchNorm2d;

for (const engine of presentEngines)
  for (const how of ['eager', 'compiled'] as const)
    describe(`batch norm, ${how} on ${engine}`, () => {
      const runOf = (layer: Layer) => {
        const step = (x: Tensor) => {
          const y = layer.forward(x);
          y.sum().backward();
          return { y, weight: layer.weight?.grad ?? y, bias: layer.bias?.grad ?? y };
        };
        return how === 'eager' ? step : compile(step);
      };

      test('without momentum the statistics of one batch are exactly its own', () => {
        useEngine(engine);
        const layer = new nn.BatchNorm1d(1, { momentum: null });
        runOf(layer)(tensor([[0.001], [0.002], [0.003]]));
        assertClose(layer.runningVar ?? [], [1e-6], 1e-9, 'running_var');
        assertClose(layer.runningMean ?? [], [0.002], 1e-6, 'running_mean');
      });

      for (const layer of [new nn.BatchNorm1d(3), new nn.BatchNorm2d(3)])
        test(`a batch of nothing leaves the statistics of ${layer} as they are`, () => {
          useEngine(engine);
          const shape = layer instanceof nn.BatchNorm2d ? [0, 3, 2, 2] : [0, 3];
          const { y, weight, bias } = runOf(layer)(zeros(shape));
          assert.deepEqual(y.shape, shape);
          assert.deepEqual(weight.toArray(), [0, 0, 0]);
          assert.deepEqual(bias.toArray(), [0, 0, 0]);
          assert.deepEqual(layer.runningMean?.toArray(), [0, 0, 0]);
          assert.deepEqual(layer.runningVar?.toArray(), [1, 1, 1]);
          assert.equal(layer.numBatchesTracked?.item(), 1);
        });
    });
