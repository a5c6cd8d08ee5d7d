import '../../src/ops/index.js';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { DataLoader } from '../../src/data/dataloader.js';
import { TensorDataset } from '../../src/data/tensor-dataset.js';
import { useEngine } from '../../src/engine/select.js';
import { tensor } from '../../src/tensor/creation.js';
import { isGradEnabled } from '../../src/tensor/grad-mode.js';
import { enableGrad, noGrad } from '../../src/tensor/grad-scopes.js';

useEngine('reference');
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('noGrad holds', () => {
  test('until an async function is done, through awaits of all kinds', async () => {
    const seen: boolean[] = [];
    const look = () => seen.push(isGradEnabled());
    await noGrad(async () => {
      look();
      await null;
      look();
      await turn();
      look();
      await Promise.all([turn().then(look), (async () => look())()]);
      for await (const _ of [turn(), turn()]) look();
      look();
    });
    assert.deepEqual(seen, new Array(8).fill(false));
    assert.equal(isGradEnabled(), true);
  });

  test('where a plain function returns the promise', async () => {
    const evaluate = async () => {
      await turn();
      return isGradEnabled();
    };
    assert.equal(await noGrad(() => evaluate()), false);
    assert.equal(await evaluate(), true);
  });

  test('for nobody else meanwhile', async () => {
    const order: string[] = [];
    const look = (who: string) => order.push(`${who} ${isGradEnabled()}`);
    const evaluating = noGrad(async () => {
      for (let i = 0; i < 3; i++) {
        await turn();
        look('inside');
      }
    });
    for (let i = 0; i < 3; i++) {
      look('outside');
      await turn();
    }
    await evaluating;
    assert.deepEqual(new Set(order), new Set(['inside false', 'outside true']));
    assert.equal(order.length, 6);
  });

  test('with scopes inside of each other, after awaits too', async () => {
    const seen: boolean[] = [];
    const look = () => seen.push(isGradEnabled());
    await noGrad(async () => {
      await turn();
      enableGrad(look);
      await enableGrad(async () => {
        look();
        await turn();
        look();
        noGrad(look);
        await turn();
        look();
      });
      look();
    });
    assert.deepEqual(seen, [true, true, true, false, true, false]);
  });

  test('and ends where the function throws or rejects', async () => {
    assert.throws(() => noGrad(() => assert.fail('no')), /no/);
    assert.equal(isGradEnabled(), true);
    await assert.rejects(
      noGrad(async () => {
        await turn();
        throw new RangeError('no');
      }),
      RangeError,
    );
    assert.equal(isGradEnabled(), true);
  });

  test('in the test loop of a tutorial: nothing is recorded while batches are loaded', async () => {
    const weight = tensor([[2]], { requiresGrad: true });
    const dataset = new TensorDataset({
      shape: [6, 1],
      dtype: 'float32',
      data: Float32Array.of(1, 2, 3, 4, 5, 6),
    });
    let total = 0;
    await noGrad(async () => {
      for await (const [x] of new DataLoader(dataset, { batchSize: 2 })) {
        const y = x.matmul(weight);
        assert.equal(y.requiresGrad, false);
        weight.mul_(1); // Which only noGrad allows.
        total += y.sum().item();
      }
    });
    assert.equal(total, 42);
  });
});

test('a generator is refused, for its body runs later', () => {
  for (const [generator, kind] of [
    [function* () {}, 'a generator'],
    [async function* () {}, 'an asynchronous one'],
  ] as const)
    assert.throws(
      () => noGrad(() => generator()),
      {
        name: 'ValueError',
        message: /^noGrad: the function returned a generator, whose body runs only when/,
      },
      kind,
    );
  assert.deepEqual(
    noGrad(() => [1, 2]),
    [1, 2],
  );
  assert.deepEqual(
    noGrad(() => new Map([[1, 2]])),
    new Map([[1, 2]]),
  );
});

test('where the mode cannot be carried over an await, a promise is refused by name', () => {
  const index = new URL('../../src/index.js', import.meta.url).href;
  const program = `
    import { enableGrad, isGradEnabled, noGrad, useEngine } from ${JSON.stringify(index)};
    useEngine('reference');
    process.getBuiltinModule = undefined; // A browser has none.
    console.log(noGrad(() => isGradEnabled()), isGradEnabled());
    for (const scope of [noGrad, enableGrad])
      try { scope(async () => { throw new Error('of no interest'); }); } catch (error) { console.log(String(error)); }`;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', program],
    { encoding: 'utf8', timeout: 60_000 },
  );
  const refused =
    'the function returned a promise, and this browser would record again after its first await; ' +
    'await outside, and call it around each part that is synchronous';
  assert.equal(
    stdout,
    `false true\nValueError: noGrad: ${refused}\nValueError: enableGrad: ${refused}\n`,
    stderr,
  );
});
