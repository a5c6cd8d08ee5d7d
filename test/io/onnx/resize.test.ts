/** What the attributes of `Resize` say, by the examples of ONNX's specification. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { compile, io, nn, noGrad, type Tensor, tensor } from '../../../src/index.js';
import { graphOf, networkOfGraph } from '../../../src/io/onnx/graph-json.js';
import { readOnnx } from '../../../src/io/onnx/load-onnx.js';
import type { AttributeProto, NodeProto, TensorProto } from '../../../src/io/onnx/proto.js';
import { encodeModel } from '../../../src/io/onnx/protobuf.js';
import { put, temporaryFolder } from '../../vision/datasets/temporary-folder.js';

const floats = (name: string, values: readonly number[]): TensorProto => ({
  name,
  dims: [values.length],
  dataType: 1,
  rawData: new Uint8Array(Float32Array.from(values).buffer),
});
const wholes = (name: string, values: readonly number[]): TensorProto => ({
  name,
  dims: [values.length],
  dataType: 7,
  rawData: new Uint8Array(BigInt64Array.from(values, BigInt).buffer),
});

const attribute = (name: string, value: string | number | readonly number[]): AttributeProto => {
  if (typeof value === 'string') return { name, s: new TextEncoder().encode(value), type: 3 };
  return typeof value === 'number' ? { name, i: value, type: 2 } : { name, ints: value, type: 7 };
};

interface Given {
  readonly scales?: readonly number[];
  readonly sizes?: readonly number[];
  readonly attributes?: Readonly<Record<string, string | number | readonly number[]>>;
  readonly opset?: number;
  readonly opType?: string;
}

async function write(
  t: TestContext,
  { scales = [], sizes, attributes = {}, opset = 19, opType = 'Resize' }: Given,
) {
  const after = sizes === undefined ? ['scales'] : ['', 'sizes'];
  const node: NodeProto = {
    opType,
    input: opset < 11 ? ['x', 'scales'] : ['x', '', ...after],
    output: ['y'],
    attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
  };
  const bytes = await encodeModel({
    opsetImport: [{ version: opset }],
    graph: {
      node: [node],
      initializer: [floats('scales', scales), ...(sizes ? [wholes('sizes', sizes)] : [])],
      input: [{ name: 'x', type: { tensorType: { elemType: 1 } } }],
      output: [{ name: 'y' }],
    },
  });
  return await put(await temporaryFolder(t), 'm.onnx', bytes);
}

const image = (rows: readonly (readonly number[])[]) => tensor([[rows]]);

function assertRows(given: Tensor, wanted: readonly (readonly number[])[]): void {
  assert.deepEqual(given.shape, [1, 1, wanted.length, wanted[0]?.length]);
  const numbers = wanted.flat();
  given.data.forEach((x, i) => {
    const difference = Math.abs(x - (numbers[i] ?? Number.NaN));
    assert.ok(difference < 1e-5, `${given.data} is not ${numbers}`);
  });
}

const two = image([
  [1, 2],
  [3, 4],
]);
const eight = image([
  [1, 2, 3, 4],
  [5, 6, 7, 8],
]);
const sixteen = image([
  [1, 2, 3, 4],
  [5, 6, 7, 8],
  [9, 10, 11, 12],
  [13, 14, 15, 16],
]);

const line = image([[0, 10, 20, 30]]);
const lineOf = (attributes: NonNullable<Given['attributes']>, width: number): Given => ({
  sizes: [1, 1, 1, width],
  attributes,
});

const cases: Readonly<Record<string, readonly [Given, Tensor, readonly (readonly number[])[]]>> = {
  'nearest, larger': [
    { scales: [1, 1, 2, 3] },
    two,
    [
      [1, 1, 1, 2, 2, 2],
      [1, 1, 1, 2, 2, 2],
      [3, 3, 3, 4, 4, 4],
      [3, 3, 3, 4, 4, 4],
    ],
  ],
  'nearest, smaller': [{ scales: [1, 1, 0.6, 0.6] }, eight, [[1, 3]]],
  'nearest of sizes': [{ sizes: [1, 1, 1, 3] }, eight, [[1, 2, 4]]],
  'nearest of some axes': [
    { sizes: [1, 3], attributes: { axes: [-2, -1] }, opset: 18 },
    eight,
    [[1, 2, 4]],
  ],
  'linear, larger': [
    { scales: [1, 1, 2, 2], attributes: { mode: 'linear' } },
    two,
    [
      [1, 1.25, 1.75, 2],
      [1.5, 1.75, 2.25, 2.5],
      [2.5, 2.75, 3.25, 3.5],
      [3, 3.25, 3.75, 4],
    ],
  ],
  'linear, corners aligned': [
    {
      scales: [1, 1, 2, 2],
      attributes: { mode: 'linear', coordinate_transformation_mode: 'align_corners' },
    },
    two,
    [
      [1, 4 / 3, 5 / 3, 2],
      [5 / 3, 2, 7 / 3, 8 / 3],
      [7 / 3, 8 / 3, 3, 10 / 3],
      [3, 10 / 3, 11 / 3, 4],
    ],
  ],
  'linear, smaller': [
    { scales: [1, 1, 0.6, 0.6], attributes: { mode: 'linear' } },
    eight,
    [[2.6666665, 4.3333331]],
  ],
  "linear, with PyTorch's single pixel": [
    {
      sizes: [1, 1, 3, 1],
      attributes: { mode: 'linear', coordinate_transformation_mode: 'pytorch_half_pixel' },
    },
    sixteen,
    [[1.6666666], [7], [12.333333]],
  ],
  'cubic, larger, its first row': [
    { sizes: [1, 1, 1, 8], attributes: { mode: 'cubic' } },
    image([[1, 2, 3, 4]]),
    [[0.89453125, 1.19140625, 1.66796875, 2.296875, 2.703125, 3.33203125, 3.80859375, 4.10546875]],
  ],
  'a place that is whole, of a scale that is rounded': [
    {
      scales: [1, 1, 0.2, 0.7],
      attributes: { nearest_mode: 'floor' },
    },
    image([1, 2, 3, 4, 5].map((row) => Array.from({ length: 10 }, (_, i) => 10 * row + i))),
    [[30, 31, 33, 34, 35, 37, 38]],
  ],
  'ties go up': [lineOf({ nearest_mode: 'round_prefer_ceil' }, 2), line, [[10, 30]]],
  'ties go down': [lineOf({ nearest_mode: 'round_prefer_floor' }, 2), line, [[0, 20]]],
  'up at once': [
    lineOf({ nearest_mode: 'ceil', coordinate_transformation_mode: 'asymmetric' }, 3),
    line,
    [[0, 20, 30]],
  ],
  'the oldest rule': [
    { scales: [1, 1, 1, 1.5], opset: 9, opType: 'Upsample', attributes: { mode: 'linear' } },
    line,
    [[0, 20 / 3, 40 / 3, 20, 80 / 3, 30]],
  ],
  'symmetric where a scale leaves part of a pixel': [
    {
      scales: [1, 1, 1, 0.6],
      attributes: { mode: 'linear', coordinate_transformation_mode: 'half_pixel_symmetric' },
    },
    line,
    [[20 / 3, 70 / 3]],
  ],
};

for (const [name, [given, x, wanted]] of Object.entries(cases))
  test(name, async (t) => {
    const model = await io.loadOnnx(await write(t, given));
    assertRows(
      noGrad(() => model(x)),
      wanted,
    );
    assert.deepEqual([...model.stateDict().keys()], []); // scales are no weights
    const step = compile((input: Tensor) => noGrad(() => model(input)));
    for (let call = 0; call < 2; call++) assertRows(step(x), wanted);
  });

test('it goes through JSON with its scales, and gradients through it', async (t) => {
  const path = await write(t, { scales: [1, 1, 2, 2], attributes: { mode: 'linear' } });
  const { source, unpack } = await readOnnx(path);
  const again = networkOfGraph(JSON.parse(JSON.stringify(graphOf(source, unpack))));
  const x = nn.init.ones_(image([[1, 2]])).requiresGrad_();
  const y = again(x);
  assertRows(y, [
    [1, 1, 1, 1],
    [1, 1, 1, 1],
  ]);
  y.sum().backward();
  assert.deepEqual([...(x.grad?.data ?? [])], [4, 4]);
});

const refused: Readonly<Record<string, readonly [Given, RegExp]>> = {
  'more images': [{ scales: [2, 1, 1, 1] }, /makes \[2,1,2,2\] of \[1,1,2,2\]; height and width/],
  'no pixels': [{ scales: [1, 1, 0.2, 1] }, /makes 0 pixels of 2/],
  'as many as there are not': [{ scales: [1, 1, 1e9, 1] }, /whole numbers are computed, at most/],
  'a rule of crops': [
    { scales: [1, 1, 2, 2], attributes: { coordinate_transformation_mode: 'tf_crop_and_resize' } },
    /has coordinate_transformation_mode='tf_crop_and_resize', of which half_pixel, /,
  ],
  'anti-aliasing': [
    { scales: [1, 1, 2, 2], attributes: { antialias: 1 } },
    /has antialias=1, only 0 is read/,
  ],
  'a name that objects have': [
    { scales: [1, 1, 2, 2], attributes: { mode: 'constructor' } },
    /has mode='constructor'/,
  ],
};

for (const [name, [given, message]] of Object.entries(refused))
  test(`${name}: refused with the node's name`, async (t) => {
    await assert.rejects(
      async () => {
        const model = await io.loadOnnx(await write(t, given));
        model(two);
      },
      (error: Error) => message.test(error.message) && /node 'y' \('Resize'\)/.test(error.message),
    );
  });
