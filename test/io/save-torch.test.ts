import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadTorch } from '../../src/io/load-torch.js';
import { saveTorch } from '../../src/io/save-torch.js';
import { BatchNorm2d } from '../../src/nn/batch-norm.js';
import '../../src/ops/index.js';
import { tensor, zeros } from '../../src/tensor/creation.js';
import { temporaryFolder } from '../vision/datasets/temporary-folder.js';

test('a state dict comes back as it was', async (t) => {
  const path = join(await temporaryFolder(t), 'deep', 'bn.pth');
  const state = new BatchNorm2d(3).stateDict();
  state.set('flags', tensor([true, false]));
  state.set('__proto__', tensor([0, 255], { dtype: 'uint8' }));
  state.set('precise', tensor([Math.PI], { dtype: 'float64' }));
  state.set('none', zeros([0, 3]));
  await saveTorch(path, state);
  const { stateDict } = await loadTorch(path);
  assert.deepEqual([...stateDict.keys()], [...state.keys()]);
  for (const [name, { dtype, shape, data }] of state) {
    const loaded = stateDict.get(name);
    assert.deepEqual(
      [loaded?.dtype, loaded?.shape, [...(loaded?.data ?? [])]],
      [dtype, shape, [...data]],
    );
  }
});

test('what is written is the same at any time, and tensors that share elements share them in the file', async (t) => {
  const folder = await temporaryFolder(t);
  const weights = zeros([1000]);
  const shared = new Map([
    ['a', weights],
    ['b', weights.reshape([10, 100])],
  ]);
  await saveTorch(join(folder, 'a.pth'), shared);
  await saveTorch(join(folder, 'b.pth'), shared);
  const bytes = await readFile(join(folder, 'a.pth'));
  assert.deepEqual(await readFile(join(folder, 'b.pth')), bytes);
  assert.ok(bytes.length < 6000, `${bytes.length} bytes`);
  assert.deepEqual((await loadTorch(join(folder, 'a.pth'))).stateDict.get('b')?.shape, [10, 100]);
});

test('a checkpoint holds plain values beside the weights', async (t) => {
  const path = join(await temporaryFolder(t), 'checkpoint.pt');
  const numbers = [
    0,
    -1,
    2 ** 31 - 1,
    -(2 ** 31),
    2 ** 31,
    -(2 ** 40),
    0.1,
    -0,
    1e300,
    2n ** 70n,
    -(2n ** 63n),
  ];
  const rest = { numbers, none: null, yes: true, no: false, text: 'ä\u{1F600}', list: [[], ['x']] };
  await saveTorch(path, {
    model: new Map([['w', tensor([1, 2])]]),
    ...rest,
    by: new Map([[3, 'c']]),
  });
  const { stateDict, content } = await loadTorch(path);
  assert.deepEqual([...stateDict.keys()], ['w']);
  assert.ok(content instanceof Map);
  for (const [name, value] of Object.entries(rest))
    assert.deepEqual(content.get(name), value, name);
  assert.deepEqual(content.get('by'), new Map([[3, 'c']]));
});

test('what cannot be saved is refused with its place, and nothing is written', async (t) => {
  const path = join(await temporaryFolder(t), 'x.pth');
  const round: unknown[] = [];
  round.push(round);
  const cases: readonly (readonly [unknown, RegExp])[] = [
    [
      { a: { b: undefined } },
      /^saveTorch: 'b' is undefined, a tensor, a number, a text, a list, a /,
    ],
    [{ when: new Date(0) }, /^saveTorch: 'when' is /],
    [{ f: () => 0 }, /^saveTorch: 'f' is a function, /],
    [{ list: [1, new Set()] }, /^saveTorch: 'list'\[1\] is \[\], /],
    [{ text: '\ud800' }, /^saveTorch: 'text' has a text that is no Unicode: '\\ud800'$/],
    [{ round }, /lies over 100 values deep, or in itself$/],
  ];
  for (const [content, message] of cases)
    await assert.rejects(saveTorch(path, content as never), { name: 'ValueError', message });
  await assert.rejects(readFile(path), { code: 'ENOENT' });
  await assert.rejects(saveTorch('x.safetensors', new Map()), {
    message:
      "saveTorch: 'x.safetensors' is a name for a safetensors file, one that ends in .pth or .pt is required",
  });
});
