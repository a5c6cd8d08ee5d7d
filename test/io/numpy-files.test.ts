import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { CheckpointError } from '../../src/core/errors.js';
import { loadNpy, loadNpz, saveNpy, saveNpz } from '../../src/io/numpy-files.js';
import { zipOf } from '../../src/io/zip.js';
import '../../src/ops/index.js';
import { tensor, zeros } from '../../src/tensor/creation.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { put, temporaryFolder } from '../vision/datasets/temporary-folder.js';

interface Expected {
  readonly shape: readonly number[];
  readonly values: readonly (number | string)[];
}

type Named<T> = Readonly<Record<string, T>>;

/** Made by scripts/goldens/numpy_files.py. */
const golden = JSON.parse(readFileSync('test/goldens/numpy-files.json', 'utf8')) as {
  readonly npy: Named<string>;
  readonly npz: string;
  readonly compressed: string;
  readonly refused: Named<string>;
  readonly 'refused npz': string;
  readonly arrays: Named<Expected>;
};
const bytesOf = (base64 = '') => Buffer.from(base64, 'base64');

async function load(t: TestContext, bytes: Uint8Array): Promise<Tensor> {
  return await loadNpy(await put(await temporaryFolder(t), 'a.npy', bytes));
}

const dtypes: Named<string> = { f8: 'float64', b1: 'bool', u1: 'uint8', ['__proto__']: 'float64' };

function assertArray(given: Tensor | undefined, name: string): void {
  const { shape, values } = golden.arrays[name] as Expected;
  assert.deepEqual(given?.shape, shape, name);
  const numbers = values.map((v) =>
    typeof v === 'string' ? Number(v.replace('inf', 'Infinity')) : v,
  );
  assert.deepEqual([...(given?.data ?? [])], numbers, name);
  const whole = /(^|big |fortran )[iu][1248]|größe/.test(name);
  const usual = whole ? 'int32' : 'float32';
  assert.equal(given?.dtype, Object.hasOwn(dtypes, name) ? dtypes[name] : usual, name);
}

test('arrays of all types, orders and versions as NumPy has saved them', async (t) => {
  for (const [name, base64] of Object.entries(golden.npy))
    assertArray(await load(t, bytesOf(base64)), name);
});

for (const kind of ['npz', 'compressed'] as const)
  test(`named arrays as NumPy has saved them (${kind})`, async (t) => {
    const path = await put(await temporaryFolder(t), 'a.npz', bytesOf(golden[kind]));
    const arrays = await loadNpz(path);
    const names = Object.keys(golden.arrays).filter((name) => !name.startsWith('version'));
    assert.deepEqual([...arrays.keys()].sort(), names.sort());
    for (const name of names) assertArray(arrays.get(name), name);
  });

test('what is written is what np.save writes, byte for byte', async (t) => {
  const path = join(await temporaryFolder(t), 'deep', 'a.npy');
  for (const name of ['f4', 'f8', 'b1', 'u1', 'i4', 'scalar', 'empty', 'layer1/weight']) {
    const bytes = bytesOf(golden.npy[name]);
    await saveNpy(path, await load(t, bytes));
    assert.deepEqual(await readFile(path), bytes, name);
  }
});

test('named tensors come back as they were, in files that are the same at any time', async (t) => {
  const folder = await temporaryFolder(t);
  const tensors = new Map([
    ['layer1.0.weight', tensor([[1.5, -2]])],
    ['num_batches_tracked', tensor(7, { dtype: 'int32' })],
    ['größe/猫', tensor([true, false])],
    ['__proto__', zeros([0, 3], { dtype: 'float64' })],
  ]);
  for (const name of ['a.npz', 'b.npz']) await saveNpz(join(folder, name), tensors);
  const loaded = await loadNpz(join(folder, 'a.npz'));
  assert.deepEqual([...loaded.keys()], [...tensors.keys()]);
  for (const [name, { dtype, shape, data }] of tensors) {
    const found = loaded.get(name);
    assert.deepEqual([found?.dtype, found?.shape, found?.data], [dtype, shape, data], name);
  }
  assert.deepEqual(await readFile(join(folder, 'b.npz')), await readFile(join(folder, 'a.npz')));
});

test('names that are no names of files are refused, and nothing is written', async (t) => {
  const folder = await temporaryFolder(t);
  for (const name of ['', '/etc/x', '../x', 'a/../../x', 'C:x', 'a\\b', 'a\0b', '\ud800'])
    await assert.rejects(saveNpz(join(folder, 'a.npz'), new Map([[name, zeros([1])]])), {
      name: 'ValueError',
      message: /^saveNpz: '.*' cannot be the name of a file in an archive; a name such as /,
    });
  assert.deepEqual(await readdir(folder), []);
});

test('what is no plain number is refused by what it is', async (t) => {
  const cases: Named<RegExp> = {
    object: /a\.npy: holds Python objects, which would have to be unpickled; save numbers: /,
    complex: /its elements are of type '<c16', which no tensor can hold; readable are b1, /,
    text: /its elements are of type '<U3', which no tensor can hold/,
    time: /its elements are of type '<M8\[D\]', which no tensor can hold/,
    structure: /holds structures, plain numbers are required: save each field of them as an array/,
    large: /a\.npy: holds 2147483648 at position 1, which int32 does not have$/,
  };
  for (const [name, message] of Object.entries(cases))
    await assert.rejects(load(t, bytesOf(golden.refused[name])), {
      name: 'CheckpointError',
      message,
    });
  const path = await put(await temporaryFolder(t), 'b.npz', bytesOf(golden['refused npz']));
  await assert.rejects(loadNpz(path), { message: /b\.npz: 'bad\.npy': holds Python objects, / });
});

test('another kind of file is said to be one', async (t) => {
  await assert.rejects(load(t, bytesOf(golden.npz)), {
    message: /read it with io\.loadNpz\(path\)$/,
  });
  const folder = await temporaryFolder(t);
  const npy = await put(folder, 'a.npz', bytesOf(golden.npy.f4));
  await assert.rejects(loadNpz(npy), { message: /read it with io\.loadNpy\(path\)$/ });
  await assert.rejects(load(t, Buffer.from('hello')), {
    message: /is no \.npy file: it does not /,
  });
  const parts = await zipOf([{ name: 'a.txt', bytes: Buffer.from('x') }]);
  const other = await put(folder, 'c.npz', Buffer.concat(parts));
  await assert.rejects(loadNpz(other), {
    message: /holds 'a\.txt', arrays \(\.npy\) are required$/,
  });
  await assert.rejects(loadNpz(join(folder, 'none.npz')), { message: /there is no such file$/ });
});

/** A header as it might be made to do damage, before `body` bytes. */
function npy(dict: string, body = 0): Buffer {
  const start = Buffer.from('\x93NUMPY\x01\0\0\0', 'latin1');
  start.writeUInt16LE(dict.length, 8);
  return Buffer.concat([start, Buffer.from(dict, 'latin1'), Buffer.alloc(body)]);
}

test('headers that lie are refused', async (t) => {
  const fields = (shape: string, descr = "'<f4'") =>
    `{'descr': ${descr}, 'fortran_order': False, 'shape': ${shape}, }`;
  const cases: readonly (readonly [Buffer, RegExp])[] = [
    [npy(fields('(4,)'), 12), /\[4\] of F32 needs 16 bytes, 12 are there/],
    [npy(fields('(2,)'), 12), /\[2\] of F32 needs 8 bytes, 12 are there/],
    [npy(fields('(9007199254740991, 9007199254740991)')), /0 are there: it was cut short or/],
    [npy(fields('(99999999999999999,)')), /its shape is .*, a tuple of sizes is required$/],
    [npy(fields('(-1,)')), /its header is none of NumPy's/],
    [npy(fields('(3)'), 12), /its shape is '\(3\)', a tuple of sizes is required$/],
    [npy(fields(`(${'1,'.repeat(65)})`), 4), /has 65 dimensions, NumPy allows 64$/],
    [npy(fields('(1,)', "'__proto__'"), 4), /are of type '__proto__', which no tensor/],
    [npy(fields('(1,)', "__import__('os').system('id')"), 4), /its header is none of NumPy's/],
    [npy(`{'descr': '<f4', ${fields('(1,)').slice(1)}`, 4), /has two values for descr$/],
    [npy("{'descr': '<f4', 'shape': (1,), }", 4), /its header is none of NumPy's/],
    [npy('x'.repeat(60000)), /its header is none of NumPy's: 'xxx/],
    [Buffer.from('\x93NUMPY\x07\0\0\0\0\0', 'latin1'), /version 7, those from 1 to 3 are read$/],
    [Buffer.from('\x93NUMPY\x02\0\xff\xff\xff\xff', 'latin1'), /its header has 4294967295 bytes/],
    [npy(fields('(104857600,)', "'|i1'"), 104857600), /takes far more memory than its file has/],
  ];
  for (const [bytes, message] of cases)
    await assert.rejects(load(t, bytes), { name: 'CheckpointError', message });
});

test('a file cut anywhere is refused with its path', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'cut');
  for (const [read, whole] of [
    [loadNpy, bytesOf(golden.npy.f4)],
    [loadNpz, bytesOf(golden.compressed)],
  ] as const)
    for (let length = 0; length < whole.length; length += 37) {
      await writeFile(path, whole.subarray(0, length));
      await assert.rejects(
        async () => await read(path),
        (error) => error instanceof CheckpointError && error.message.startsWith(`${path}: `),
        `cut to ${length}`,
      );
    }
});
