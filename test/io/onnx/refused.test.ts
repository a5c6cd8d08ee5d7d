/** Files that are not read: each by the name of what is wrong with it. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { io, vision, zeros } from '../../../src/index.js';
import type { GraphProto, ModelProto, NodeProto, TensorProto } from '../../../src/io/onnx/proto.js';
import { encodeModel } from '../../../src/io/onnx/protobuf.js';
import { put, temporaryFolder } from '../../vision/datasets/temporary-folder.js';

const floats = (
  name: string,
  dims: readonly number[],
  count = dims.reduce((a, b) => a * b, 1),
) => ({
  name,
  dims,
  dataType: 1,
  rawData: new Uint8Array(4 * count),
});
const dim = [{ dimParam: 'n' }, { dimValue: 2 }];
const input = { name: 'x', type: { tensorType: { elemType: 1, shape: { dim } } } };
const gemm: NodeProto = { opType: 'Gemm', input: ['x', 'w'], output: ['y'] };
const good: GraphProto = {
  node: [gemm],
  initializer: [floats('w', [2, 3])],
  input: [input],
  output: [{ name: 'y' }],
};
const opsetImport = [{ version: 17 }];

async function load(t: TestContext, graph: Partial<GraphProto>, model: Partial<ModelProto> = {}) {
  const bytes = await encodeModel({ opsetImport, graph: { ...good, ...graph }, ...model });
  return io.loadOnnx(await put(await temporaryFolder(t), 'm.onnx', bytes));
}

const relu = (from: string, to: string): NodeProto => ({
  opType: 'Relu',
  input: [from],
  output: [to],
});
const weights = (tensor: TensorProto) => ({ initializer: [tensor] });
const attribute = (name: string, more: object) => ({
  node: [{ ...gemm, attribute: [{ name, ...more }] }],
});

const refused: readonly (readonly [string, Partial<GraphProto>, RegExp, Partial<ModelProto>?])[] = [
  ['no graph', {}, /has no graph/, { graph: undefined as never }],
  [
    'a version of the future',
    {},
    /operators of version 99; 9 to 21 are read/,
    { opsetImport: [{ version: 99 }] },
  ],
  ['no version', {}, /operators of version unknown/, { opsetImport: [] }],
  ['functions', {}, /functions of its own/, { functions: [new Uint8Array([1])] }],
  ['an op that is not known', { node: [{ ...gemm, opType: 'Einsum' }] }, /op 'Einsum' is not read/],
  [
    'a name that objects have',
    { node: [{ ...gemm, opType: 'constructor' }] },
    /op 'constructor' is not read/,
  ],
  [
    'another domain',
    { node: [{ ...gemm, domain: 'com.microsoft' }] },
    /op 'com.microsoft.Gemm' is not read/,
  ],
  [
    'a circle',
    { node: [relu('b', 'a'), relu('a', 'b'), relu('b', 'y')] },
    /node 'a' \('Relu'\) reads 'b', which no node before it makes/,
  ],
  ['an input that is missing', { node: [relu('nothing', 'y')] }, /reads 'nothing'/],
  [
    'an output that is missing',
    { output: [{ name: 'z' }] },
    /has an output 'z' that no node makes/,
  ],
  ['a value that is made twice', { node: [relu('x', 'y'), relu('x', 'y')] }, /makes 'y' twice/],
  [
    'two weights of a name',
    { initializer: [floats('w', [2, 3]), floats('w', [2, 3])] },
    /two weights 'w'/,
  ],
  ['two inputs', { input: [input, { ...input, name: 'z' }] }, /has 2 inputs \('x', 'z'\)/],
  ['two outputs', { output: [{ name: 'y' }, { name: 'x' }] }, /has 2 outputs \('y', 'x'\)/],
  [
    'whole numbers as pictures',
    { input: [{ name: 'x', type: { tensorType: { elemType: 7 } } }] },
    /input 'x' of type 7, float32 is read/,
  ],
  [
    'complex numbers',
    weights({ ...floats('w', [2, 3]), dataType: 14 }),
    /tensor 'w' is of type complex64; float32/,
  ],
  [
    'elements in another file, which is not named',
    weights({ name: 'w', dims: [2, 3], dataType: 1, dataLocation: 1 }),
    /tensor 'w' has its elements in another file, but does not say in which/,
  ],
  [
    'a constant in another file',
    {
      node: [
        {
          opType: 'Constant',
          output: ['y'],
          attribute: [
            {
              name: 'value',
              type: 4,
              t: { dims: [1], dataType: 1, externalData: [{ key: 'location', value: 'w' }] },
            },
          ],
        },
      ],
    },
    /tensor 'value' has its elements in another file, which is read of weights alone/,
  ],
  [
    'fewer elements than the shape says',
    weights(floats('w', [2, 3], 5)),
    /shape \[2,3\], but 5 elements/,
  ],
  ['a huge shape', weights({ ...floats('w', [2 ** 40, 2 ** 40], 6) }), /which no tensor has/],
  ['a large shape', weights({ ...floats('w', [2 ** 20, 2 ** 20], 6) }), /but 6 elements/],
  ['a negative shape', weights(floats('w', [-1, 6], 6)), /shape \[-1,6\], which no tensor has/],
  ['sparse weights', { sparseInitializer: [new Uint8Array([1])] }, /sparse weights/],
  [
    'an attribute that is not known',
    attribute('colour', { i: 1, type: 2 }),
    /node 'y' \('Gemm'\) has an attribute 'colour', which is not read/,
  ],
  [
    'an attribute of another type',
    attribute('alpha', { i: 1, type: 2 }),
    /'alpha' of another type/,
  ],
  [
    'a bound of many numbers',
    { node: [{ ...gemm, opType: 'Clip' }] },
    /node 'y' \('Clip'\) has 6 numbers in 'w', where one is read/,
  ],
  [
    'a convolution of volumes',
    { node: [{ ...gemm, opType: 'Conv' }], ...weights(floats('w', [2, 3, 1, 1, 1])) },
    /2-d convolution/,
  ],
];

for (const [name, graph, message, model] of refused)
  test(`${name} is refused`, async (t) => {
    await assert.rejects(load(t, graph, model), { name: 'CheckpointError', message });
  });

test('names that come to the same place are parted', async (t) => {
  const sum = (from: string, weight: string, to: string): NodeProto => ({
    opType: 'Add',
    input: [from, weight],
    output: [to],
  });
  const model = await load(t, {
    node: [
      sum('x', 'a', 'b'),
      sum('b', '.a', 'c'),
      sum('c', 'a.weight', 'd'),
      sum('d', 'a..', 'y'),
    ],
    initializer: ['a', '.a', 'a.weight', 'a..'].map((name) => floats(name, [2])),
  });
  assert.deepEqual([...model.stateDict().keys()].sort(), ['a', 'a_1', 'a_2.weight', 'a_3']);
});

test('what the refused files are made of is read', async (t) => {
  const model = await load(t, {});
  assert.deepEqual(model(zeros(5, 2)).shape, [5, 3]);
});

test('a head that is no layer is not replaced', async (t) => {
  const product = (from: string, weight: string, to: string): NodeProto => ({
    opType: 'MatMul',
    input: [from, weight],
    output: [to],
  });
  const linear = { ...gemm, output: ['h'], attribute: [{ name: 'transB', i: 1, type: 2 }] };
  const model = await load(t, {
    node: [linear, product('h', 'v', 'y')],
    initializer: [floats('w', [3, 2]), floats('v', [3, 4])],
  });
  assert.deepEqual(model.children().length, 1); // a layer, but not the last
  assert.throws(() => vision.models.replaceHead(model, 2), {
    name: 'ValueError',
    message: /what gives the logits of this ONNX file is no linear layer or convolution/,
  });
});

test('files that are none', async (t) => {
  const folder = await temporaryFolder(t);
  const fails = async (path: string, message: RegExp) =>
    assert.rejects(io.loadOnnx(path), { name: 'CheckpointError', message });
  await fails(join(folder, 'none.onnx'), /there is no such file/);
  await fails(folder, /is a folder/);
  await fails(
    await put(folder, 'text.onnx', 'this is a text'),
    /is no ONNX file, or a damaged one/,
  );
  await fails(await put(folder, 'empty.onnx', ''), /has no graph/);
  const parts = Buffer.concat([
    Buffer.from([0x3a, 0x80, 0x80, 0x80, 0x01]),
    Buffer.alloc(2 ** 21, '\n\0'),
  ]);
  await fails(await put(folder, 'parts.onnx', parts), /more parts than a network has/);
});
