import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { CheckpointError, DataError } from '../../src/core/errors.js';
import { decodeFrom } from '../../src/io/safetensors/decode.js';
import { decodeSafetensors, loadSafetensors, saveSafetensors } from '../../src/io/safetensors.js';
import { fromArray, tensor } from '../../src/tensor/creation.js';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wick-safetensors-'));
});
after(() => rm(folder, { recursive: true, force: true }));

const samples = new Map([
  ['flags', tensor([true, false, true])],
  [
    'layer1.0.weight',
    tensor([
      [1.5, -2],
      [3, 4e-30],
    ]),
  ],
  ['steps', tensor(7, { dtype: 'int32' })],
  ['precise', tensor([Math.PI], { dtype: 'float64' })],
  ['pixels', tensor([0, 128, 255], { dtype: 'uint8' })],
  ['empty', fromArray(new Float32Array(0), [0, 3])],
]);

test('every dtype and shape comes back, with the metadata', async () => {
  const path = join(folder, 'all.safetensors');
  await saveSafetensors(path, samples, { epoch: '3' });
  const { tensors, metadata } = await loadSafetensors(path);
  assert.deepEqual({ ...metadata }, { epoch: '3' });
  assert.deepEqual([...tensors.keys()].sort(), [...samples.keys()].sort());
  for (const [name, given] of samples) {
    const loaded = tensors.get(name);
    assert.equal(loaded?.dtype, given.dtype, name);
    assert.deepEqual(loaded?.shape, given.shape, name);
    assert.deepEqual([...(loaded?.data ?? [])], [...given.data], name);
  }
});

/** A file of this header, as it stands or as JSON, and so many bytes 0, 1, 2, … */
function file(header: string | object, bodyBytes = 0): Buffer {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = Buffer.alloc(8 + text.length + bodyBytes);
  bytes.writeBigUInt64LE(BigInt(text.length));
  text.copy(bytes, 8);
  for (let i = 0; i < bodyBytes; i++) bytes[8 + text.length + i] = i;
  return bytes;
}

const decode = (bytes: Uint8Array) => decodeSafetensors(bytes, 'w');
const entry = (dtype: string, shape: readonly number[], begin: number, end: number) =>
  JSON.stringify({ dtype, shape, data_offsets: [begin, end] });

test('numbers of one byte, which become four, may take twice the file and 64 MiB', async () => {
  const limit = async (dtype: string, count: number) => {
    const head = file(`{"w":${entry(dtype, [count], 0, count)}}`);
    let at = 0;
    const next = async (length: number) => {
      if (at === head.length) throw new Error('its elements are read');
      at += length;
      return head.subarray(at - length, at);
    };
    await decodeFrom({ size: head.length + count, next }, 'w');
  };
  const most = 2 ** 25; // 4 · 2²⁵ = 2 · 2²⁵ + 2²⁶
  await assert.rejects(limit('I8', most), { message: 'its elements are read' });
  await assert.rejects(limit('U8', 2 ** 27), { message: 'its elements are read' });
  for (const dtype of ['I8', 'F8_E4M3'])
    await assert.rejects(limit(dtype, most + 200), {
      name: 'CheckpointError',
      message: new RegExp(`w: tensor 'w' of ${dtype} becomes .*, which takes far more memory`),
    });
});

test('the layout is the published one', async () => {
  const path = join(folder, 'layout.safetensors');
  await saveSafetensors(path, new Map([['a', tensor([1, 2])]]));
  const bytes = await readFile(path);
  const length = Number(bytes.readBigUInt64LE(0));
  assert.equal((8 + length) % 8, 0);
  const header: unknown = JSON.parse(bytes.subarray(8, 8 + length).toString());
  assert.deepEqual(header, {
    __metadata__: {
      'wick.sha256': '7c22d33cde6f468bf07a9db2929dd1caa782c1708125d58478380e66ebb602a8',
    },
    a: { dtype: 'F32', shape: [2], data_offsets: [0, 8] },
  });
  assert.deepEqual([bytes.readFloatLE(8 + length), bytes.readFloatLE(12 + length)], [1, 2]);
});

test('names are names, whatever they say in JavaScript', async () => {
  const names = ['__proto__', 'constructor', 'toString', '10', '9', '', 'a"\\\n', '\u{1F600}'];
  const path = join(folder, 'names.safetensors');
  const given = new Map(names.map((name, i) => [name, tensor([i])]));
  const texts = Object.fromEntries(names.map((name) => [name, `of ${name}`]));
  await saveSafetensors(path, given, texts);
  const { tensors, metadata } = await loadSafetensors(path);
  assert.deepEqual([...tensors.keys()], names);
  names.forEach((name, i) => {
    assert.equal(tensors.get(name)?.data[0], i);
    assert.equal(metadata[name], `of ${name}`);
  });
  assert.deepEqual(Object.keys(metadata).sort(), [...names].sort());
});

test('tensors lie where the file has them, aligned or not, each with memory of its own', async () => {
  const header = `{"b":${entry('U8', [3], 0, 3)},"f":${entry('F32', [2], 3, 11)},"e":${entry('F64', [0, 5], 3, 3)}} `;
  for (const shift of [0, 1, 2, 3]) {
    const padded = `${header}${' '.repeat(shift)}`;
    const bytes = file(padded, 11);
    bytes.writeFloatLE(1.5, bytes.length - 8);
    bytes.writeFloatLE(-2, bytes.length - 4);
    const { tensors, checked } = await decode(bytes);
    assert.equal(checked, false);
    assert.deepEqual([...(tensors.get('f')?.data ?? [])], [1.5, -2]);
    assert.deepEqual([...(tensors.get('b')?.data ?? [])], [0, 1, 2]);
    assert.deepEqual(tensors.get('e')?.shape, [0, 5]);
    const buffers = [...tensors.values()].map(({ data }) => data.buffer);
    assert.equal(new Set(buffers).size, 3);
    assert.ok(!buffers.includes(bytes.buffer));
  }
});

test('every element type is read: narrow floats widen, whole numbers become int32', async () => {
  const read = async (dtype: string, bytes: readonly number[], count: number) => {
    const whole = Buffer.concat([
      file(`{"x":${entry(dtype, [count], 0, bytes.length)}}`),
      Buffer.from(bytes),
    ]);
    const x = (await decode(whole)).tensors.get('x');
    return [x?.dtype, ...(x?.data ?? [])];
  };
  const ff = (n: number) => new Array<number>(n).fill(0xff);
  const cases: readonly (readonly [string, readonly number[], readonly unknown[]])[] = [
    [
      'F16', // 1, −2, the largest, the smallest, −0, ∞, NaN
      [0, 0x3c, 0, 0xc0, 0xff, 0x7b, 1, 0, 0, 0x80, 0, 0x7c, 1, 0x7e],
      ['float32', 1, -2, 65504, 2 ** -24, -0, Number.POSITIVE_INFINITY, Number.NaN],
    ],
    ['BF16', [0x80, 0x3f, 0, 0xc0, 0x80, 0xff], ['float32', 1, -2, Number.NEGATIVE_INFINITY]],
    ['F8_E5M2', [0x3c, 0x7b, 1, 0xfc], ['float32', 1, 57344, 2 ** -16, Number.NEGATIVE_INFINITY]],
    ['F8_E4M3', [0x38, 0x7e, 1, 0xff], ['float32', 1, 448, 2 ** -9, Number.NaN]],
    ['I64', [5, 0, 0, 0, 0, 0, 0, 0, ...ff(8)], ['int32', 5, -1]],
    ['U64', [5, 0, 0, 0, 0, 0, 0, 0], ['int32', 5]],
    ['U32', [0xff, 0xff, 0xff, 0x7f], ['int32', 2 ** 31 - 1]],
    ['I32', [0, 0, 0, 0x80], ['int32', -(2 ** 31)]],
    ['I16', [0, 0x80, 1, 0], ['int32', -32768, 1]],
    ['U16', [0xff, 0xff], ['int32', 65535]],
    ['I8', [0x80, 0x7f], ['int32', -128, 127]],
    ['U8', [0x80, 0x7f], ['uint8', 128, 127]],
    ['BOOL', [0, 1], ['bool', 0, 1]],
  ];
  for (const [dtype, bytes, expected] of cases)
    assert.deepEqual(await read(dtype, bytes, expected.length - 1), expected, dtype);
  const misfits: readonly (readonly [string, readonly number[], string])[] = [
    ['I64', [0, 0, 0, 0x80, 0, 0, 0, 0], '2147483648'],
    ['U64', ff(8), '18446744073709551615'],
    ['U32', ff(4), '4294967295'],
    ['BOOL', [2], '2'],
  ];
  for (const [dtype, bytes, value] of misfits)
    await assert.rejects(read(dtype, bytes, 1), {
      name: 'CheckpointError',
      message: `w: tensor 'x' of ${dtype} holds ${value} at position 0, which ${dtype === 'BOOL' ? 'bool' : 'int32'} does not have`,
    });
});

test('what the specification forbids is refused by its reason', async () => {
  const f32 = (begin: number, end: number) => entry('F32', [(end - begin) / 4], begin, end);
  const refused: readonly (readonly [header: string, bodyBytes: number, reason: string])[] = [
    [`{"a":${f32(0, 4)},"a":${f32(4, 8)}}`, 8, "tensor 'a' stands there twice"],
    ['{"__metadata__":{"k":"a","k":"b"}}', 0, "metadata 'k' stands there twice"],
    ['{"__metadata__":{},"__metadata__":{}}', 0, '__metadata__ stands there twice'],
    [
      '{"a":{"dtype":"U8","dtype":"U8","shape":[],"data_offsets":[0,1]}}',
      1,
      "tensor 'a' has two values for dtype",
    ],
    [`{"a":${f32(0, 4)},"b":${f32(8, 12)}}`, 12, "bytes 4–8 before tensor 'b' belong to no tensor"],
    [`{"a":${f32(4, 8)}}`, 8, "bytes 0–4 before tensor 'a' belong to no tensor"],
    [`{"a":${f32(0, 8)},"b":${f32(4, 12)}}`, 12, "tensor 'b' at 4–12 lies over the one before it"],
    [`{"a":${f32(0, 4)}}`, 5, '1 bytes follow its last tensor; the file was changed'],
    [
      `{"a":${f32(0, 16)}}`,
      8,
      'its tensors need 16 bytes, 8 are there; the file was cut short or changed',
    ],
    [
      `{"a":${entry('F32', [3], 0, 16)}}`,
      16,
      "tensor 'a' [3] of F32 needs 12 bytes, its range 0–16 has 16",
    ],
    [
      '{"a":{"dtype":"U8","shape":[9007199254740993],"data_offsets":[0,1]}}',
      1,
      'at byte 28 of its header, a number is above 2⁵³, more than any file has bytes',
    ],
    [
      '{"a":{"dtype":"U8","shape":[1.0],"data_offsets":[0,1]}}',
      1,
      "at byte 28 of its header, '.' stands where a whole number is required",
    ],
    [
      '{"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}}',
      1,
      "at byte 28 of its header, '-' stands where a whole number is required",
    ],
    [
      `{"a":${entry('C64', [1], 0, 8)}}`,
      8,
      "tensor 'a' has dtype C64, which no tensor of wick can hold; readable are F64, F32, ",
    ],
    [
      `{"a":${entry('F17', [1], 0, 8)}}`,
      8,
      'tensor \'a\' has the unknown dtype "F17"; readable are ',
    ],
    [
      '{"a":{"dtype":"U8","shape":[]}}',
      1,
      "tensor 'a' needs a dtype, a shape and two data_offsets",
    ],
    [
      `{"a":{"dtype":${'['.repeat(1e5)}`,
      0,
      "at byte 14 of its header, '[' stands where a text in quotes is required",
    ],
    [
      `{"a":{"x":${'['.repeat(1e5)}`,
      0,
      'at byte 75 of its header, values lie in one another over 64 deep',
    ],
    ['\ufeff{}', 0, "its header does not begin with '{'; it is not a safetensors file"],
    [' {}', 0, "its header does not begin with '{'; it is not a safetensors file"],
    ['{} x', 0, "at byte 3 of its header, 'x' follows its end"],
    ['{"\\ud800":1}', 0, 'at byte 1 of its header, a text is not valid JSON in UTF-8'],
    [
      '{"__metadata__":{"k":1}}',
      0,
      "at byte 21 of its header, '1' stands where a text in quotes is required",
    ],
    [
      `{"a":${entry('U8', new Array(65).fill(1), 0, 1)}}`,
      1,
      "tensor 'a' has over 64 numbers as its shape",
    ],
    [
      `{"a\\u001b":${entry('U8', [2], 0, 1)}}`,
      1,
      "tensor 'a\\x1b' [2] of U8 needs 2 bytes, its range 0–1 has 1",
    ],
  ];
  for (const [header, bodyBytes, reason] of refused)
    await assert.rejects(decode(file(header, bodyBytes)), (error: unknown) => {
      assert.ok(error instanceof CheckpointError);
      assert.ok(error.message.startsWith(`w: ${reason}`), `${error.message}\nnot: ${reason}`);
      return true;
    });
});

test('what a header says beside the specification is passed over', async () => {
  const extra = '{"a":{"note":[1,{"x":null}],"dtype":"U8","shape":[],"data_offsets":[0,1]}}';
  assert.equal((await decode(file(extra, 1))).tensors.get('a')?.data[0], 0);
});

test('a header cannot ask for more than its bytes: too many tensors, too long texts', async () => {
  const empty = entry('F32', [0], 0, 0);
  const many = `{${Array.from({ length: 2 ** 16 + 1 }, (_, i) => `"${i}":${empty}`)}}`;
  await assert.rejects(decode(file(many)), { message: 'w: it has over 65,536 tensors' });
  const long = `{"__metadata__":{"k":"${'x'.repeat(2 ** 24)}"}}`;
  await assert.rejects(decode(file(long)), {
    message: 'w: its names and metadata have over 16,777,216 letters',
  });
  const bytes = file('{}');
  bytes.writeBigUInt64LE(2n ** 60n);
  await assert.rejects(decode(bytes), {
    message: 'w: 10 bytes, too few for its header; it was cut short, or is not a safetensors file',
  });
});

test('every changed bit of a file that wick wrote is seen', async () => {
  const path = join(folder, 'sealed.safetensors');
  await saveSafetensors(path, samples, { epoch: '3' });
  const whole = await readFile(path);
  assert.equal((await loadSafetensors(path)).checked, true);
  const key = whole.indexOf('wick.sha256');
  for (let bit = 0; bit < 8 * whole.length; bit += 3) {
    const changed = Buffer.from(whole);
    changed.writeUInt8((whole[bit >> 3] ?? 0) ^ (1 << (bit & 7)), bit >> 3);
    const result = await decode(changed).catch((error: unknown) => error);
    if (result instanceof CheckpointError) continue;
    // Only a change of the key itself hides the checksum, and then the file does not claim to be checked.
    assert.ok(bit >> 3 >= key && bit >> 3 < key + 11, `bit ${bit}: ${result}`);
    assert.equal((result as { checked: boolean }).checked, false);
  }
  const lie = Buffer.from(whole);
  lie.write('I32', lie.indexOf('F32'));
  await assert.rejects(decode(lie), {
    message:
      'w: its content does not agree with its checksum: it was damaged or changed; ' +
      'take it from a copy, or remove wick.sha256 from its metadata if the change was meant',
  });
});

test('a file cut anywhere is a CheckpointError with its path, never a half-read model', async () => {
  const path = join(folder, 'whole.safetensors');
  await saveSafetensors(path, samples);
  const whole = await readFile(path);
  for (let length = 0; length < whole.length; length += 7)
    await assert.rejects(
      decodeSafetensors(whole.subarray(0, length), 'cut.safetensors'),
      (error: unknown) =>
        error instanceof CheckpointError && error.message.startsWith('cut.safetensors: '),
      `${length} bytes`,
    );
});

test('tensors larger than what is read at once come back whole', async () => {
  const path = join(folder, 'large.safetensors');
  const large = fromArray(
    Float32Array.from({ length: 2.5e6 }, (_, i) => i),
    [2.5e6],
  );
  await saveSafetensors(
    path,
    new Map([
      ['small', tensor([7, 8])],
      ['large', large],
    ]),
  );
  const { tensors } = await loadSafetensors(path);
  assert.deepEqual(tensors.get('large')?.data, large.data);
  assert.deepEqual([...(tensors.get('small')?.data ?? [])], [7, 8]);
});

test('what is no file of this kind is refused with what it is', async () => {
  const path = join(folder, 'x.safetensors');
  const messages: readonly (readonly [string, string])[] = [
    [path, 'there is no such file'],
    [folder, 'is a folder, a file is required'],
    ['/dev/zero', 'is a pipe or a device, a regular file is required'],
  ];
  for (const [file, detail] of messages)
    await assert.rejects(loadSafetensors(file), {
      name: 'CheckpointError',
      message: `${file}: ${detail}`,
    });
  const picture = (name: string) =>
    `is a ${name} picture; weights are required: a run folder, or a file .wick or .safetensors`;
  const contents: readonly (readonly [string, string])[] = [
    ['short', '5 bytes, too few for its header; it was cut short, or is not a safetensors file'],
    [
      'PK\x03\x04 and more of a zip',
      'is a file of PyTorch, not of safetensors; read it with io.loadTorch(path)',
    ],
    ['\x89PNG\r\n\x1a\n, more', picture('PNG')],
    ['\xff\xd8\xff\xe0\x00\x10JFIF', picture('JPEG')],
    ['GIF89a\x01\x00\x01\x00', picture('GIF')],
    ['RIFF\x24\x00\x00\x00WEBPVP8 ', picture('WebP')],
    ['\x00\x00\x00\x18ftypheic\x00\x00\x00\x00', picture('HEIC or AVIF')],
  ];
  for (const [content, detail] of contents) {
    await writeFile(path, content, 'latin1');
    await assert.rejects(loadSafetensors(path), { message: `${path}: ${detail}` });
  }
  const save = (name: string, metadata = {}) =>
    saveSafetensors(path, new Map([[name, tensor([1])]]), metadata);
  await assert.rejects(save('__metadata__'), {
    message: 'saveSafetensors: a tensor cannot be named __metadata__',
  });
  await assert.rejects(save('\ud800'), {
    message: "saveSafetensors: the name '\\ud800' is no Unicode text",
  });
  await assert.rejects(save('a', { epoch: 3 }), {
    message: "saveSafetensors: metadata 'epoch' is 3, a Unicode text is required",
  });
  await assert.rejects(saveSafetensors('m.pth', new Map()), {
    message:
      "saveSafetensors: 'm.pth' is a name for a file of PyTorch, one that ends in .safetensors is required",
  });
});

test('a write that fails leaves the older file and nothing else', async () => {
  const path = join(folder, 'sub', 'w.safetensors');
  await saveSafetensors(path, new Map([['a', tensor([1])]]));
  const blocked = join(path, 'below-a-file.safetensors');
  await assert.rejects(
    saveSafetensors(blocked, samples),
    (error: unknown) =>
      error instanceof DataError && error.message.includes('cannot be written (E'),
  );
  assert.deepEqual(await readdir(join(folder, 'sub')), ['w.safetensors']);
  assert.equal((await loadSafetensors(path)).tensors.get('a')?.data[0], 1);
});
