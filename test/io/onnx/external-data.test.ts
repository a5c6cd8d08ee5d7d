/** Weights in files beside an ONNX file, and weights of two bytes a number. */
import assert from 'node:assert/strict';
import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { io, tensor } from '../../../src/index.js';
import type { EntryProto, TensorProto } from '../../../src/io/onnx/proto.js';
import { encodeModel } from '../../../src/io/onnx/protobuf.js';
import { put, temporaryFolder } from '../../vision/datasets/temporary-folder.js';

const values = [0.5, -1.25, 3, 0.125, 2, -0.75];
const elements = new Uint8Array(Float32Array.from(values).buffer);

/** A network whose only weights `[2, 3]` are `w`, and a bias `[3]` of ones. */
async function fileWith(folder: string, ...initializer: readonly TensorProto[]): Promise<string> {
  const dim = [{ dimParam: 'n' }, { dimValue: 2 }];
  const bytes = await encodeModel({
    opsetImport: [{ version: 17 }],
    graph: {
      node: [
        {
          opType: 'Gemm',
          input: ['x', 'w', ...initializer.slice(1).map(({ name = '' }) => name)],
          output: ['y'],
        },
      ],
      initializer,
      input: [{ name: 'x', type: { tensorType: { elemType: 1, shape: { dim } } } }],
      output: [{ name: 'y' }],
    },
  });
  return await put(folder, 'm.onnx', bytes);
}

const at = (said: Readonly<Record<string, string>>): EntryProto[] =>
  Object.entries(said).map(([key, value]) => ({ key, value }));

const external = (said: Readonly<Record<string, string>>): TensorProto => ({
  name: 'w',
  dims: [2, 3],
  dataType: 1,
  dataLocation: 1,
  externalData: at(said),
});

/** What the network gives for the rows of an identity: its weights. */
async function weightsOf(path: string): Promise<number[]> {
  const model = await io.loadOnnx(path);
  return [...model(tensor([1, 0, 0, 1]).reshape([2, 2])).data];
}

test('elements are read from a place in another file', async (t) => {
  const folder = await temporaryFolder(t);
  await put(folder, 'data/w.bin', Buffer.concat([Buffer.alloc(8, 1), elements, Buffer.alloc(12)]));
  await put(folder, 'whole', elements);
  const said = { location: 'data/w.bin', offset: '8', length: '24', checksum: 'f00d' };
  assert.deepEqual(await weightsOf(await fileWith(folder, external(said))), values);
  assert.deepEqual(
    await weightsOf(await fileWith(folder, external({ location: 'whole' }))),
    values,
  );
  const bias = {
    ...external({ location: 'data/w.bin', offset: '32', length: '12' }),
    name: 'b',
    dims: [3],
  };
  assert.deepEqual(await weightsOf(await fileWith(folder, external(said), bias)), values);
});

async function refused(t: TestContext, said: Readonly<Record<string, string>>, message: RegExp) {
  const outer = await temporaryFolder(t);
  const folder = join(outer, 'in');
  await mkdir(folder);
  await put(folder, 'w', elements);
  await put(outer, 'secret', elements);
  await symlink(join(outer, 'secret'), join(folder, 'link'));
  const path = await fileWith(folder, external(said));
  assert.equal(dirname(path), folder);
  await assert.rejects(io.loadOnnx(path), { name: 'CheckpointError', message });
}

test('claims about other files are checked', async (t) => {
  const outside = /elements in '.*'; only files beside it, or in folders there, are read/;
  await refused(t, { location: '../secret' }, outside);
  await refused(t, { location: '/etc/passwd' }, /'\/etc\/passwd', which is not there/);
  await refused(t, { location: 'a/../../secret' }, outside);
  await refused(t, { location: '..\\secret' }, outside);
  await refused(t, { location: 'w\0' }, /which is not there/);
  await refused(t, { location: 'link' }, outside);
  await refused(t, { location: 'nothing' }, /elements in 'nothing', which is not there/);
  await refused(t, { location: '.' }, outside);
  await refused(t, { location: 'w', length: '28' }, /bytes 0 to 28 of '.*w', which has 24/);
  await refused(t, { location: 'w', offset: '25' }, /bytes 25 to .* of '.*w', which has 24/);
  await refused(t, { location: 'w', offset: '999999999999999' }, /which has 24/);
  await refused(t, { location: 'w', offset: '-1' }, /elements at offset '-1' of another file/);
  await refused(t, { location: 'w', length: '1e1' }, /elements at length '1e1' of another file/);
  await refused(t, { location: 'w', length: '20' }, /shape \[2,3\], but 5 elements/);
  await refused(
    t,
    { location: 'w', cipher: 'x' },
    /says 'cipher' of its elements, which is not read/,
  );
});

test('a place that is said twice is refused', async (t) => {
  const folder = await temporaryFolder(t);
  await put(folder, 'w', elements);
  const twice = {
    ...external({}),
    externalData: [...at({ location: 'v' }), ...at({ location: 'w' })],
  };
  const loading = io.loadOnnx(await fileWith(folder, twice));
  await assert.rejects(loading, /tensor 'w' says 'location' twice of its elements/);
});

test('no bytes are read twice, so that memory is bounded by the files', async (t) => {
  const folder = await temporaryFolder(t);
  await put(folder, 'w', elements);
  const twice = [
    external({ location: 'w' }),
    { ...external({ location: 'w', length: '12' }), name: 'b', dims: [3] },
  ];
  await assert.rejects(
    io.loadOnnx(await fileWith(folder, ...twice)),
    /shares bytes of '.*w' with another/,
  );
});

const half = Uint16Array.of(0x3800, 0xbd00, 0x4200, 0x3000, 0x4000, 0xba00);
const upper = Uint16Array.from(new Uint32Array(elements.slice().buffer), (word) => word >>> 16);

test('float16 and bfloat16 widen to float32, as raw data and in lists', async (t) => {
  const folder = await temporaryFolder(t);
  for (const [dataType, words] of [
    [10, half],
    [16, upper],
  ] as const) {
    const tensor = { name: 'w', dims: [2, 3], dataType };
    const rawData = new Uint8Array(words.buffer);
    assert.deepEqual(await weightsOf(await fileWith(folder, { ...tensor, rawData })), values);
    const list = Uint8Array.from(
      [...words].flatMap((word) => [(word & 127) | 128, ((word >> 7) & 127) | 128, word >> 14]),
    );
    assert.deepEqual(
      await weightsOf(await fileWith(folder, { ...tensor, int32Data: [list] })),
      values,
    );
    const model = await io.loadOnnx(await fileWith(folder, { ...tensor, rawData }));
    assert.deepEqual(
      model.parameters().map(({ dtype }) => dtype),
      ['float32'],
    );
    const short = rawData.subarray(1);
    await assert.rejects(
      io.loadOnnx(await fileWith(folder, { ...tensor, rawData: short })),
      /but 5.5 elements/,
    );
  }
});

test('a network in float16 is computed in float32', async (t) => {
  const folder = await temporaryFolder(t);
  const cast = (from: string, to: number, name: string) => ({
    opType: 'Cast',
    input: [from],
    output: [name],
    attribute: [{ name: 'to', i: to, type: 2 }],
  });
  const dim = [{ dimParam: 'n' }, { dimValue: 2 }];
  const bytes = await encodeModel({
    opsetImport: [{ version: 17 }],
    graph: {
      node: [
        cast('x', 1, 'x32'),
        cast('x32', 10, 'x16'),
        { opType: 'Gemm', input: ['x16', 'w'], output: ['y'] },
      ],
      initializer: [
        { name: 'w', dims: [2, 3], dataType: 10, rawData: new Uint8Array(half.buffer) },
      ],
      input: [{ name: 'x', type: { tensorType: { elemType: 10, shape: { dim } } } }],
      output: [{ name: 'y' }],
    },
  });
  assert.deepEqual(await weightsOf(await put(folder, 'm.onnx', bytes)), values);
});
