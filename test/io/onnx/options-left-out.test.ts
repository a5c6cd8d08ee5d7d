/** What a node does whose attributes are left out, as the specification says, and what factors of a product change. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { io, ones, tensor } from '../../../src/index.js';
import type { AttributeProto, NodeProto } from '../../../src/io/onnx/proto.js';
import { encodeModel } from '../../../src/io/onnx/protobuf.js';
import { put, temporaryFolder } from '../../vision/datasets/temporary-folder.js';

/** A network of one node, with weights by name. */
async function network(
  t: TestContext,
  node: NodeProto,
  weights: Readonly<Record<string, readonly [dims: number[], values: number[]]>>,
) {
  const bytes = await encodeModel({
    opsetImport: [{ version: 17 }],
    graph: {
      node: [{ ...node, input: ['x', ...Object.keys(weights)], output: ['y'] }],
      initializer: Object.entries(weights).map(([name, [dims, values]]) => ({
        name,
        dims,
        dataType: 1,
        rawData: new Uint8Array(Float32Array.from(values).buffer),
      })),
      input: [{ name: 'x', type: { tensorType: { elemType: 1 } } }],
      output: [{ name: 'y' }],
    },
  });
  const model = await io.loadOnnx(await put(await temporaryFolder(t), 'm.onnx', bytes));
  return model.eval();
}

const list = (name: string, ...values: number[]): AttributeProto => ({
  name,
  ints: values,
  type: 7,
});
const number = (name: string, f: number): AttributeProto => ({ name, f, type: 1 });

test('average pooling leaves padding out', async (t) => {
  const attribute = [list('kernel_shape', 2, 2), list('pads', 1, 1, 1, 1)];
  const model = await network(t, { opType: 'AveragePool', attribute }, {});
  assert.deepEqual([...model(ones(1, 1, 1, 1)).data], [1, 1, 1, 1]);
  const counted = [...attribute, { name: 'count_include_pad', i: 1, type: 2 }];
  const other = await network(t, { opType: 'AveragePool', attribute: counted }, {});
  assert.deepEqual([...other(ones(1, 1, 1, 1)).data], [0.25, 0.25, 0.25, 0.25]);
});

test('batch and layer normalisation add 0.00001 to the variance', async (t) => {
  const close = (given: number | undefined, wanted: number) =>
    assert.ok(Math.abs((given ?? 0) - wanted) < 1e-4 * wanted, `${given} is not ${wanted}`);
  const one = (value: number) => [[1], [value]] as [number[], number[]];
  const batch = await network(
    t,
    { opType: 'BatchNormalization' },
    { scale: one(1), b: one(0), mean: one(0), variance: one(1e-5) },
  );
  close(batch(ones(1, 1, 1, 1)).data[0], 1 / Math.sqrt(2e-5));
  const two = (value: number) => [[2], [value, value]] as [number[], number[]];
  const layer = await network(t, { opType: 'LayerNormalization' }, { scale: two(1), b: two(0) });
  const x = tensor([0, 2 * Math.sqrt(1e-5)]).reshape([1, 2]); // variance 1e-5
  close(layer(x).data[1], Math.sqrt(0.5));
});

test('factors of a product and of what is added to it count', async (t) => {
  const weights = {
    w: [
      [1, 2],
      [3, 4],
    ],
    c: [[1], [10]],
  } as Readonly<Record<string, [number[], number[]]>>;
  const x = tensor([1, 2]).reshape([1, 2]); // · w = 11
  const transB = { name: 'transB', i: 1, type: 2 };
  for (const [attribute, wanted] of [
    [[], 21],
    [[number('alpha', 2)], 32],
    [[number('beta', 0.5)], 16],
    [[number('alpha', 2), number('beta', 0.5)], 27],
  ] as const) {
    const model = await network(t, { opType: 'Gemm', attribute: [transB, ...attribute] }, weights);
    assert.deepEqual([...model(x).data], [wanted]);
  }
});
