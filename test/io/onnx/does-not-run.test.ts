/** Networks whose nodes do not fit together: faults of the file, unlike inputs of another size. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { io, nn, tensor, zeros } from '../../../src/index.js';
import type { NodeProto, TensorProto } from '../../../src/io/onnx/proto.js';
import { encodeModel } from '../../../src/io/onnx/protobuf.js';
import { put, temporaryFolder } from '../../vision/datasets/temporary-folder.js';

const weight: TensorProto = {
  name: 'w',
  dims: [2, 3],
  dataType: 1,
  rawData: new Uint8Array(Float32Array.from({ length: 6 }, (_, i) => i).buffer),
};
const places = (...values: readonly number[]): TensorProto => ({
  name: 'places',
  dims: [values.length],
  dataType: 7,
  rawData: new Uint8Array(BigInt64Array.from(values, BigInt).buffer),
});
const product: NodeProto = { opType: 'Gemm', input: ['x', 'w'], output: ['h'] };
const after = (opType: string, i = 1): NodeProto => ({
  opType,
  input: ['h', 'places'],
  output: ['y'],
  attribute: [{ name: 'axis', i, type: 2 }],
});

async function load(
  t: TestContext,
  nodes: readonly NodeProto[],
  weights: readonly TensorProto[],
  sizes: readonly (number | null)[] = [null, 2],
) {
  const dim = sizes.map((size) => (size === null ? { dimParam: 'n' } : { dimValue: size }));
  const bytes = await encodeModel({
    opsetImport: [{ version: 17 }],
    graph: {
      node: nodes,
      initializer: weights,
      input: [{ name: 'x', type: { tensorType: { elemType: 1, shape: { dim } } } }],
      output: [{ name: nodes.at(-1)?.output?.[0] ?? '' }],
    },
  });
  return await io.loadOnnx(await put(await temporaryFolder(t), 'm.onnx', bytes));
}

test('a network that does not take inputs of the size that it says is refused', async (t) => {
  await assert.rejects(load(t, [product], [weight], [null, 5]), {
    name: 'CheckpointError',
    message:
      /m\.onnx: does not run on inputs \[1,5\] \(node 'h' \('Gemm'\) does not take \[1,5\], \[2,3\] \(matmul: /,
  });
  await load(t, [product], [weight], [null, null]); // a size that fits may be given
});

test('so is one that reads places which are not there', async (t) => {
  const fails = (node: NodeProto, index: TensorProto, message: RegExp) =>
    assert.rejects(load(t, [product, node], [weight, index]), {
      name: 'CheckpointError',
      message,
    });
  await fails(after('Gather'), places(0, 3), /node 'y' \('Gather'\) reads or writes place 3 of 3/);
  await fails(after('Gather'), places(-4, 0), /reads or writes place -4 of 3/);
  await fails(after('Gather', 5), places(0), /does not run on inputs \[1,2\]/);
  const alone = { ...places(7), dims: [] };
  await fails(after('Gather'), alone, /reads or writes place 7 of 3/);
  const rows = { ...places(0, 9), dims: [1, 2] };
  await fails(after('GatherElements'), rows, /node 'y' \('GatherElements'\).* place 9 of 3/);
  const scatter: NodeProto = { opType: 'ScatterND', input: ['h', 'places', 'u'], output: ['y'] };
  const update: TensorProto = { ...weight, name: 'u', dims: [1], rawData: new Uint8Array(4) };
  await assert.rejects(
    load(t, [product, scatter], [weight, { ...places(0, 3), dims: [1, 2] }, update]),
    { name: 'CheckpointError', message: /'ScatterND'.* place 3 of 3/ },
  );
});

test('places are counted from the end where they are negative', async (t) => {
  const x = tensor([1, 1]).reshape([1, 2]); // · w = 3, 5, 7
  const gathered = await load(t, [product, after('Gather')], [weight, places(-1, 0)]);
  assert.deepEqual([...gathered(x).data], [7, 3]);
  const rows = { ...places(-1, 1, -3), dims: [1, 3] };
  const elements = await load(t, [product, after('GatherElements')], [weight, rows]);
  assert.deepEqual([...elements(x).data], [7, 5, 3]);
});

test('no value may have more elements than memory holds', async (t) => {
  const tile: NodeProto = { opType: 'Tile', input: ['h', 'places'], output: ['y'] };
  await assert.rejects(load(t, [product, tile], [weight, places(2 ** 16, 2 ** 16)]), {
    name: 'CheckpointError',
    message: /does not run on inputs \[1,2\] \(.* elements, at most 1073741824 are allowed\)/,
  });
});

test('inputs of another size are a mistake of who gives them', async (t) => {
  const model = await load(t, [product], [weight]);
  assert.deepEqual(model(zeros(4, 2)).shape, [4, 3]);
  assert.throws(() => model(zeros(4, 5)), {
    name: 'ShapeError',
    message:
      /^onnx: inputs \[4,5\] are given, the network takes \[any,2\] \(node 'h' \('Gemm'\) does not take \[4,5\], \[2,3\] \(matmul: /,
  });
  const free = await load(t, [product], [weight], [null, null]);
  assert.throws(() => free(zeros(4, 5)), {
    name: 'ShapeError',
    message: /^onnx: inputs \[4,5\] are given, the network takes \[any,any\] \(node 'h' /,
  });
});

test('a layer that is put in the place of one, and does not fit, is told with the node', async (t) => {
  const linear: NodeProto = {
    ...product,
    attribute: [{ name: 'transB', i: 1, type: 2 }],
  };
  const model = await load(t, [linear], [weight], [null, 3]);
  model.setSubmodule('w', new nn.Linear(4, 2));
  assert.throws(() => model(zeros(2, 3)), {
    name: 'CheckpointError',
    message: /m\.onnx: node 'h' \('Gemm'\) does not take \[2,3\] \(linear: /,
  });
});
