/**
 * Precision `float16` on a software adapter that has half floats: op cases whose operands and results are stored so, a few of
 * each family and every one with WICK_ALL_CASES, and whole networks beside float32.
 */
import '../../../src/index.js';
import assert from 'node:assert/strict';
import { after, afterEach, describe, test } from 'node:test';
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
  rand,
  type Tensor,
  tensor,
  useEngine,
} from '../../../src/index.js';
import { checkNarrow } from '../../compile/fuzz-check.js';
import { drawNetwork, thinned } from '../../compile/fuzz-spec.js';
import { answer, compiledAnswer } from '../../ops/answers.js';
import { families } from '../../ops/cases.js';
import { assertClose } from '../../ops/run-case.js';
import { assertLosses, lossesOf, trainings } from '../../vision/models/golden-training.js';
import { activation, amongActivations, passed, toHalf } from './among-activations.js';
import { fiveSteps, networks } from './five-steps.js';
import { software, withoutFloat16 } from './machine.js';

const precision = 'float16';

/** A stored value is rounded by up to 2⁻¹¹ of itself; a case stores a few, one made of another. */
const caseTolerance = 2 ** -9;

/** Of losses, relative to float32's: of the first, before any step, and of the others. A rounding to bfloat16 is eight times as coarse. */
const firstTolerance = 3e-4;
const lossTolerance = 2e-3;

function assertNear(losses: readonly number[], expected: readonly number[]): void {
  assertLosses({ losses: expected.slice(0, 1), tolerance: firstTolerance }, losses);
  assertLosses({ losses: expected, tolerance: lossTolerance }, losses);
}

const all = process.env.WICK_ALL_CASES !== undefined;
const large = { skip: !all && 'only with WICK_ALL_CASES' };

/** Without WICK_ALL_CASES each family has so many of its cases. */
const share = 3;

afterEach(() => useEngine('reference'));
const engines: WebGpuEngine[] = [];
after(() => {
  for (const engine of engines) engine.stop();
  if (typeof software !== 'string') software.stop();
});

describe('engine webgpu in float16', { skip: withoutFloat16 }, () => {
  const engine = software as WebGpuEngine; // Else all of this is skipped.

  for (const [family, cases] of Object.entries(families)) {
    const step = all ? 1 : Math.ceil(cases.length / share);
    cases.forEach((opCase, i) => {
      if (i % step !== 0) return;
      test(`${family}: ${opCase.name}`, () => {
        const wrapped = amongActivations(opCase);
        const near = Math.max(opCase.tolerance ?? 0, caseTolerance);
        assertClose(compiledAnswer(wrapped, engine, precision), answer(wrapped, 'reference'), near);
      });
    });
  }

  for (const [network, training] of Object.entries(trainings))
    test(`losses of ${network} are near PyTorch's in float32`, large, () => {
      useEngine(engine);
      const losses = lossesOf(training, { compiled: true, precision });
      assertNear(losses, training.losses);
    });

  // Of a lower rate than float32's: what is rounded in one step grows less in the next.
  for (const [name, { isLarge, ...network }] of Object.entries(networks))
    test(
      `losses of ${name} are near those in float32, and the same in every run`,
      isLarge ? large : {},
      () => {
        const steps = { lr: 0.003, ...network };
        const losses = fiveSteps(engine, steps, precision);
        const plain = fiveSteps('reference', steps);
        assertNear(losses, plain);
        assert.notDeepEqual(losses, plain);
        assert.deepEqual(fiveSteps(engine, steps, precision), losses, 'a second run');
      },
    );

  for (let seed = 0; seed < 4; seed++)
    test(`random network ${seed}`, async () => {
      const { problems } = await checkNarrow(thinned(drawNetwork(seed)), engine, precision);
      assert.deepEqual(problems, []);
    });

  test('with tiles a network has the same losses but for rounding', large, () => {
    const tiled = openWebGpuEngine({ adapter: 'software', tiles: true });
    engines.push(tiled);
    const [steps] = Object.values(networks);
    assert.ok(steps !== undefined);
    assertLosses(
      { losses: fiveSteps(engine, steps, precision), tolerance: lossTolerance },
      fiveSteps(tiled, steps, precision),
    );
  });

  test('a GPU in the same thread, as pages have it, stores half floats too', async () => {
    const device = await openDevice(await loadDawn(), 'software');
    const direct = webGpuEngine(directLine(new Owner(device)), device.facts);
    useEngine(direct);
    const stored = compile((x: Tensor) => passed(activation(x)), { precision });
    assert.deepEqual([...(await stored(tensor([0.1, 1e5])).dataAsync())], [Infinity, toHalf(0.1)]);
    direct.stop();
  });

  test('values are rounded to the nearest, beyond 65504 infinite, and NaN stays', () => {
    useEngine(engine);
    const given = [
      1,
      1 + 2 ** -10,
      1 + 2 ** -12,
      -0.1,
      65504,
      65519,
      65520,
      -1e9,
      Infinity,
      NaN,
      2 ** -24,
    ];
    const stored = compile((x: Tensor) => passed(activation(x)), { precision });
    const expected = [
      1,
      1 + 2 ** -10,
      1,
      toHalf(-0.1),
      65504,
      65504,
      Infinity,
      -Infinity,
      Infinity,
      NaN,
      2 ** -24,
    ];
    assert.deepEqual([...stored(tensor(given)).data].toReversed(), expected);
  });

  test('a compiled step keeps less than in float32', () => {
    useEngine(engine);
    manualSeed(0);
    const model = new nn.Sequential(
      ...[new nn.Conv2d(3, 8, 3, { padding: 1 }), new nn.ReLU(), new nn.MaxPool2d(2)],
      ...[new nn.Conv2d(8, 8, 3, { padding: 1 }), new nn.Flatten(), new nn.Linear(128, 3)],
    );
    const [wide, narrow] = (['float32', precision] as const).map((chosen) => {
      const step = compile((x: Tensor) => model(x), { precision: chosen });
      step(rand([2, 3, 8, 8]));
      return step.bytes;
    });
    assert.ok(
      narrow !== undefined && wide !== undefined && narrow < 0.6 * wide,
      `${narrow} of ${wide}`,
    );
  });
});
