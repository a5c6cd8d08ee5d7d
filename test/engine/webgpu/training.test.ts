/** Networks train on a GPU as on the reference, whether it is waited for or not; what it has not, the host computes. */
import assert from 'node:assert/strict';
import { after, afterEach, describe, test } from 'node:test';
import { EngineError } from '../../../src/core/errors.js';
import type { Engine } from '../../../src/engine/engine.js';
import { openDevice } from '../../../src/engine/webgpu/device/adapter.js';
import { directLine } from '../../../src/engine/webgpu/device/direct-line.js';
import { Owner } from '../../../src/engine/webgpu/device/owner.js';
import { loadDawn } from '../../../src/engine/webgpu/device/package.js';
import { openWebGpuEngine } from '../../../src/engine/webgpu/node-engine.js';
import { type WebGpuEngine, webGpuEngine } from '../../../src/engine/webgpu/webgpu.js';
import {
  compile,
  manualSeed,
  nn,
  noGrad,
  ones,
  optim,
  rand,
  randint,
  type Tensor,
  tensor,
  useEngine,
} from '../../../src/index.js';
import { software, withoutAdapter } from './machine.js';

afterEach(() => useEngine('reference'));
after(() => {
  if (typeof software !== 'string') software.stop();
});

/** Convolution, batch norm, pooling, dropout, and both optimizers; the losses of three steps. */
async function losses(engine: string | Engine, compiled: boolean, adam: boolean) {
  useEngine('reference');
  manualSeed(1);
  const data = Array.from({ length: 3 }, () => [rand([4, 2, 6, 6]), randint(3, [4])] as const);
  const model = new nn.Sequential(
    new nn.Conv2d(2, 4, 3, { padding: 1, bias: false }), // a bias that is normalized away has rounding for a gradient
    new nn.BatchNorm2d(4),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Flatten(),
    new nn.Dropout(0.5),
    new nn.Linear(36, 3),
  );
  useEngine(engine);
  const parameters = model.parameters();
  const optimizer = adam
    ? new optim.AdamW(parameters, { lr: 0.01 })
    : new optim.SGD(parameters, { lr: 0.1, momentum: 0.9, weightDecay: 1e-3 });
  const step = (x: Tensor, y: Tensor) => {
    optimizer.zeroGrad();
    const loss = nn.functional.crossEntropy(model(x), y);
    loss.backward();
    optimizer.step();
    return loss;
  };
  const run = compiled ? compile(step) : step;
  const found: number[] = [];
  for (const [x, y] of data) found.push(await run(x, y).itemAsync());
  for (const [, value] of model.stateDict()) found.push(await value.sum().itemAsync());
  return found;
}

function assertNear(actual: readonly number[], expected: readonly number[]): void {
  assert.equal(actual.length, expected.length);
  actual.forEach((value, i) => {
    const wanted = expected[i] ?? Number.NaN;
    assert.ok(
      Math.abs(value - wanted) <= 1e-4 * Math.max(1, Math.abs(wanted)),
      `${i}: ${value}, ${wanted}`,
    );
  });
}

describe('engine webgpu on a software adapter', { skip: withoutAdapter }, () => {
  const engine = software as WebGpuEngine; // Else all of this is skipped.

  test('compiled steps train as the reference does', async () => {
    assertNear(await losses(engine, true, true), await losses('reference', true, true));
  });

  test('and so do ops one by one', async () => {
    assertNear(await losses(engine, false, false), await losses('reference', false, false));
  });

  test('dropout drops the same elements on any engine', () => {
    const dropped = (which: string | Engine) => {
      useEngine(which);
      manualSeed(5);
      return nn.functional.dropout(ones([100]), { p: 0.3 }).toArray();
    };
    assert.deepEqual(dropped(engine), dropped('reference'));
  });

  test('ops without a shader, float64 and empty tensors go through the host', () => {
    useEngine(engine);
    const x = tensor([3, 1, 2]).mul(2);
    assert.deepEqual(x.sort().values.add(1).toArray(), [3, 5, 7]);
    assert.deepEqual(x.to('float64').mul(0.5).toArray(), [3, 1, 2]);
    assert.equal(x.narrow(0, 0, 0).sum().item(), 0);
  });

  test('engines take over from each other, and labels that are no classes are refused', () => {
    useEngine(engine);
    const x = noGrad(() => ones([2, 3]).add_(1));
    useEngine('reference');
    noGrad(() => x.mul_(3));
    useEngine(engine);
    assert.equal(x.sum().item(), 36);
    assert.throws(
      () => nn.functional.crossEntropy(x, tensor([0, 7], { dtype: 'int32' })),
      /label 7 at position 1 is out of range/,
    );
  });

  test('tensors and models are where they were moved, and where a step has left them', () => {
    useEngine(engine);
    const x = tensor([1, 2, 3]);
    assert.equal(x.device, 'cpu');
    assert.equal(x.to('gpu'), x);
    assert.equal(x.device, 'gpu');
    assert.deepEqual(x.toArray(), [1, 2, 3]);
    assert.equal(x.device, 'gpu', 'the GPU still has them');
    x.data[0] = 1;
    assert.deepEqual([x.device, x.mul(1).toArray()], ['gpu', [1, 2, 3]]);
    assert.equal(x.to('cpu').device, 'cpu');
    assert.deepEqual(x.mul(2).to('cpu').toArray(), [2, 4, 6]);
    useEngine('reference');
    const model = new nn.Sequential(new nn.Linear(2, 3), new nn.BatchNorm1d(3));
    useEngine(engine);
    const all = [...model.parameters(), ...model.buffers()];
    const weights = model.stateDict().get('0.weight')?.toArray();
    const devices = () => new Set(all.map(({ device }) => device));
    assert.deepEqual([...devices()], ['cpu']);
    assert.equal(model.to('gpu'), model);
    assert.deepEqual([...devices()], ['gpu']);
    assert.equal(model(ones([4, 2])).device, 'gpu');
    assert.deepEqual(
      [
        ...new Set(
          model
            .to('cpu')
            .parameters()
            .map((p) => p.device),
        ),
      ],
      ['cpu'],
    );
    assert.deepEqual(model.stateDict().get('0.weight')?.toArray(), weights);
    useEngine('reference');
    assert.throws(() => model.to('gpu'), /engine reference does not compute there; call useDevice/);
  });

  test('indices that are not there are refused, and on the GPU nobody has their elements', () => {
    useEngine(engine);
    const x = tensor([
      [1, 2],
      [3, 4],
    ]);
    const index = tensor([0, 2], { dtype: 'int32' });
    assert.throws(
      () => x.indexSelect(0, index),
      /indexSelect: index 2 at position 1 is out of range/,
    );
    const onDevice = index.add(tensor([0, 0], { dtype: 'int32' }));
    assert.deepEqual(x.indexSelect(0, onDevice).toArray(), [
      [1, 2],
      [Number.NaN, Number.NaN],
    ]);
  });

  test('a GPU on its thread that is lost is an error that says so, for those who wait and those who do not', async () => {
    const own = openWebGpuEngine({ adapter: 'software' });
    useEngine(own);
    const x = ones([2]).add(1);
    assert.equal(x.sum().item(), 4);
    const y = x.mul(2);
    own.lose();
    const told = (error: unknown) =>
      error instanceof EngineError && /the GPU was lost .*--resume/.test(error.message);
    assert.equal(own.ended, false, 'nobody has seen it yet');
    assert.throws(() => y.toArray(), told);
    assert.equal(own.ended, true);
    await assert.rejects(y.mul(2).toArrayAsync(), told);
    own.stop();
  });

  test('a GPU in the same thread, as pages have it, answers those who do not wait', async () => {
    const device = await openDevice(await loadDawn(), 'software');
    const direct = webGpuEngine(directLine(new Owner(device)), device.facts);
    assertNear(await losses(direct, true, false), await losses('reference', true, false));
    useEngine(direct);
    assert.throws(
      () => ones([1]).add(1).item(),
      /is not waited for here; use await tensor.itemAsync/,
    );
    direct.stop();
  });
});
