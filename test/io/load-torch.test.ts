import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { CheckpointError } from '../../src/core/errors.js';
import { loadTorch } from '../../src/io/load-torch.js';
import { decodeSafetensors } from '../../src/io/safetensors.js';
import { saveTorch } from '../../src/io/save-torch.js';
import { BatchNorm1d } from '../../src/nn/batch-norm.js';
import { Sequential } from '../../src/nn/containers.js';
import { Linear } from '../../src/nn/linear.js';
import '../../src/ops/index.js';
import { ones } from '../../src/tensor/creation.js';
import { Tensor } from '../../src/tensor/tensor.js';
import { resnet18 } from '../../src/vision/models/resnet.js';
import { put, temporaryFolder } from '../vision/datasets/temporary-folder.js';

interface Expected {
  readonly shape: readonly number[];
  readonly values: readonly (number | string)[];
}

/** Made by scripts/goldens/torch_files.py. */
const golden = JSON.parse(readFileSync('test/goldens/torch-files.json', 'utf8')) as {
  readonly files: Readonly<Record<string, string>>;
  readonly state: Readonly<Record<string, Expected>>;
  readonly model: Readonly<Record<string, Expected>>;
  readonly exp_avg: Expected;
  readonly halves: string;
};
const bytesOf = (name: string) => Buffer.from(golden.files[name] ?? '', 'base64');

async function load(t: TestContext, bytes: Uint8Array, key?: string) {
  const path = await put(await temporaryFolder(t), 'x.pth', bytes);
  return await loadTorch(path, key === undefined ? {} : { key });
}

function assertTensor(given: unknown, { shape, values }: Expected, name: string): void {
  assert.ok(given instanceof Tensor, name);
  assert.deepEqual(given.shape, shape, name);
  const texts: Readonly<Record<string, number>> = {
    inf: Number.POSITIVE_INFINITY,
    '-inf': Number.NEGATIVE_INFINITY,
    nan: Number.NaN,
  };
  const numbers = values.map((v) => (typeof v === 'string' ? (texts[v] ?? 0) : v));
  assert.deepEqual([...given.data], numbers, name);
}

const dtypes: Readonly<Record<string, string>> = {
  f64: 'float64',
  i64: 'int32',
  i32: 'int32',
  i16: 'int32',
  i8: 'int32',
  u8: 'uint8',
  bool: 'bool',
  'bn.num_batches_tracked': 'int32',
};

for (const format of ['zip', 'legacy'])
  test(`a state dict of all types and views as PyTorch has saved it (${format})`, async (t) => {
    const { stateDict, content } = await load(t, bytesOf(`state ${format}`));
    assert.deepEqual([...stateDict.keys()], Object.keys(golden.state));
    for (const [name, expected] of Object.entries(golden.state)) {
      assertTensor(stateDict.get(name), expected, name);
      assert.equal(stateDict.get(name)?.dtype, dtypes[name] ?? 'float32', name);
    }
    assert.ok(content instanceof Map && content.get('f32') === stateDict.get('f32'));
    const data = [...stateDict.values()].map((tensor) => tensor.data.buffer);
    assert.equal(new Set(data).size, data.length, 'each tensor has memory of its own');
  });

for (const format of ['zip', 'legacy'])
  test(`a whole checkpoint: the weights without their prefix, and the rest as plain values (${format})`, async (t) => {
    const { stateDict, content } = await load(t, bytesOf(`checkpoint ${format}`));
    const model = new Sequential(new Linear(3, 2), new BatchNorm1d(2));
    assert.deepEqual(model.loadStateDict(stateDict), { missingKeys: [], unexpectedKeys: [] });
    for (const [name, expected] of Object.entries(golden.model))
      assertTensor(model.stateDict().get(name), expected, name);
    assert.ok(content instanceof Map);
    assert.equal(content.get('epoch'), 3);
    assert.equal(content.get('best'), 91.5);
    assert.deepEqual(
      [...content.get('args')],
      [
        ['lr', 0.1],
        ['data', 'photos'],
      ],
    );
    assert.deepEqual(content.get('size'), [2, 3]);
    assert.deepEqual(content.get('folder'), ['a', 'b']);
    assert.deepEqual([...content.get('counts')], [['a', [1]]]);
    const optimizer: Map<string, Map<number, Map<string, unknown>>> = content.get('optimizer');
    assertTensor(optimizer.get('state')?.get(0)?.get('exp_avg'), golden.exp_avg, 'exp_avg');
  });

test('a tensor beside the weights does not make weights of the whole checkpoint', async (t) => {
  const path = join(await temporaryFolder(t), 'x.pth');
  const weights = new Map([['fc.weight', ones([2, 3])]]);
  await saveTorch(path, { epoch: 3, best: ones([1]), state_dict: weights, lr: 0.1 });
  assert.deepEqual([...(await loadTorch(path)).stateDict.keys()], ['fc.weight']);
});

test('the weights may have any name, if it is said', async (t) => {
  const bytes = bytesOf('checkpoint zip');
  const { stateDict } = await load(t, bytes, 'state_dict');
  assert.ok(stateDict.has('0.weight'));
  await assert.rejects(load(t, bytes, 'state_dct'), {
    message: /x\.pth: has no "state_dct"; it has 'epoch', 'best', .*; did you mean "state_dict"\?$/,
  });
  await assert.rejects(load(t, bytes, 'epoch'), {
    message: /x\.pth: holds 3 under "epoch", a state dict is required$/,
  });
});

test('what runs code or is no tensor that wick has is refused by name', async (t) => {
  const cases: readonly (readonly [string, RegExp])[] = [
    [
      'module',
      /the pickle asks for 'torch\.nn\.modules\.container\.Sequential', which is not on the/,
    ],
    [
      'evil',
      /the pickle asks for '(posix|os)\.system', which is not on the list .* nothing was run$/,
    ],
    ['complex', /the pickle asks for 'torch\.ComplexFloatStorage', which is not on the list/],
    ['sparse', /the pickle asks for 'torch\._utils\._rebuild_sparse_tensor', which is not/],
    ['large', /a tensor \[1\] of I64 holds 2147483648 at position 0, which int32 does not have$/],
    ['number', /x\.pth: holds 5, a state dict is required$/],
    ['none', /x\.pth: holds no state dict; it has 'lr', 'name'; name the one with the weights: /],
    [
      'script',
      /x\.pth: is a TorchScript archive \(torch\.jit\.save\), which holds code; save state_/,
    ],
  ];
  for (const [name, message] of cases)
    await assert.rejects(load(t, bytesOf(`refused ${name}`)), { name: 'CheckpointError', message });
});

test('every half is the float that PyTorch makes of it', async () => {
  const header = '{"x":{"dtype":"F16","shape":[65536],"data_offsets":[0,131072]}}';
  const bytes = Buffer.alloc(8 + header.length + 131072);
  bytes.writeBigUInt64LE(BigInt(header.length));
  bytes.write(header, 8);
  for (let i = 0; i < 65536; i++) bytes.writeUInt16LE(i, 8 + header.length + 2 * i);
  const data = (await decodeSafetensors(bytes, 'w')).tensors.get('x')?.data ?? new Float32Array();
  const numbers = data.map((value) => (Number.isNaN(value) ? 0 : value));
  const digest = createHash('sha256').update(new Uint8Array(numbers.buffer)).digest('hex');
  assert.equal(digest, golden.halves);
});

test('a file cut anywhere, or with any bit of a tensor changed, is refused with its path', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'cut.pth');
  for (const name of ['state zip', 'state legacy']) {
    const whole = bytesOf(name);
    for (let length = 0; length < whole.length; length += 61) {
      await writeFile(path, whole.subarray(0, length));
      await assert.rejects(
        loadTorch(path),
        (error: unknown) =>
          error instanceof CheckpointError && error.message.startsWith(`${path}: `),
        `${name} cut to ${length}`,
      );
    }
  }
  const zip = bytesOf('state zip');
  const float = Buffer.alloc(8);
  float.writeDoubleLE(Number(golden.state.f64?.values[0]));
  const changed = Buffer.from(zip);
  changed.writeUInt8((zip.at(zip.indexOf(float)) ?? 0) ^ 1, zip.indexOf(float));
  await assert.rejects(load(t, changed), {
    message: /x\.pth: the checksum of 'archive\/data\/1' in it is wrong: the file is damaged$/,
  });
});

test('another kind of file is said to be one', async (t) => {
  const safetensors = Buffer.from('\x02\0\0\0\0\0\0\0{}', 'latin1');
  await assert.rejects(load(t, safetensors), {
    message: /is a safetensors file, not one of PyTorch; read it with io\.loadSafetensors\(path\)$/,
  });
  await assert.rejects(load(t, Buffer.from('hello, world')), {
    message: /: 12 bytes that no torch\.save has written; it was cut short, or is another file$/,
  });
  await assert.rejects(load(t, Buffer.from('\x80\x02K\x05.', 'latin1')), {
    message: /: is a pickle, but not one that torch\.save has written$/,
  });
  await assert.rejects(load(t, new Uint8Array()), { name: 'CheckpointError' });
});

const published = join(homedir(), '.cache/wick/datasets/resnet18-imagenet.pth');

test('weights of ResNet-18 as they are published', {
  skip: existsSync(published) ? false : `no ${published}`,
}, async () => {
  const { stateDict } = await loadTorch(published);
  const model = resnet18();
  assert.deepEqual(model.loadStateDict(stateDict), { missingKeys: [], unexpectedKeys: [] });
  const raw = await readFile(published);
  const bias = stateDict.get('fc.bias')?.data ?? new Float32Array();
  assert.ok(raw.indexOf(new Uint8Array(bias.buffer, bias.byteOffset, bias.byteLength)) > 0);
});
