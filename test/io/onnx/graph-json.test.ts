/** Networks as JSON, without their weights. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { tensor } from '../../../src/index.js';
import { graphOf, networkOfGraph } from '../../../src/io/onnx/graph-json.js';
import { readOnnx } from '../../../src/io/onnx/load-onnx.js';
import type { AttributeProto, NodeProto, TensorProto } from '../../../src/io/onnx/proto.js';
import { encodeModel } from '../../../src/io/onnx/protobuf.js';
import { withoutSoftmax } from '../../../src/io/onnx/without-softmax.js';
import { put, temporaryFolder } from '../../vision/datasets/temporary-folder.js';

const floats = (name: string, dims: readonly number[], values: readonly number[]): TensorProto => ({
  name,
  dims,
  dataType: 1,
  rawData: new Uint8Array(Float32Array.from(values).buffer),
});

const node = (
  opType: string,
  input: readonly string[],
  output: string,
  ...attribute: readonly AttributeProto[]
): NodeProto => ({ opType, input, output: [output], attribute });

async function read(
  t: TestContext,
  nodes: readonly NodeProto[],
  initializer: readonly TensorProto[],
  version = 17,
) {
  const dim = [{ dimParam: 'n' }, { dimValue: 2 }];
  const bytes = await encodeModel({
    opsetImport: [{ version }],
    graph: {
      node: nodes,
      initializer,
      input: [{ name: 'x', type: { tensorType: { elemType: 1, shape: { dim } } } }],
      output: [{ name: nodes.at(-1)?.output?.[0] ?? '' }],
    },
  });
  const path = await put(await temporaryFolder(t), 'm.onnx', bytes);
  return { path, ...(await readOnnx(path)) };
}

const x = () => tensor([1, -2, 3, 40]).reshape([2, 2]);

/** What the network gives, and the same after a way through text. */
async function bothWays(
  t: TestContext,
  ...file: Parameters<typeof read> extends [unknown, ...infer R] ? R : never
) {
  const { model, source, unpack } = await read(t, ...file);
  const graph = JSON.parse(JSON.stringify(graphOf(source, unpack)));
  const again = networkOfGraph(graph);
  again.loadStateDict(model.stateDict());
  return { graph, wanted: [...model(x()).data], given: [...again(x()).data] };
}

test('what nodes are made by is kept: single numbers, infinities, elements of constants', async (t) => {
  const most = [floats('most', [1], [2.5]), floats('w', [2, 2], [1, 2, 3, 4])];
  const clipped = await bothWays(
    t,
    [node('MatMul', ['x', 'w'], 'p'), node('Clip', ['p', '', 'most'], 'y')],
    most,
  );
  assert.deepEqual(clipped.given, [-5, -6, 2.5, 2.5]);
  assert.deepEqual(clipped.given, clipped.wanted);
  const f = (name: string, value: number) => ({ name, f: value, type: 1 });
  const bounds = [f('min', Number.NEGATIVE_INFINITY), f('max', 2)];
  const old = await bothWays(t, [node('Clip', ['x'], 'y', ...bounds)], [], 9);
  assert.deepEqual(old.given, [1, -2, 2, 2]);
  const untyped = await bothWays(t, [node('LeakyRelu', ['x'], 'y', { name: 'alpha', f: 0.5 })], []);
  assert.deepEqual(untyped.given, [1, -1, 3, 40]);
  const value = { name: 'value', type: 4, t: floats('', [2], [10, 20]) };
  const added = await bothWays(
    t,
    [node('Constant', [], 'c', value), node('Add', ['x', 'c'], 'y')],
    [],
  );
  assert.deepEqual(added.given, [11, 18, 13, 60]);
});

test('short names are nobody else’s, and weights keep theirs', async (t) => {
  const weights = [floats('t0', [2], [1, 2]), floats('t1', [2], [10, 20])];
  const sum = (from: string, weight: string, to: string) => node('Add', [from, weight], to);
  const { graph, given, wanted } = await bothWays(
    t,
    [sum('x', 't0', 'a/long/name'), sum('a/long/name', 't1', 'y')],
    weights,
  );
  assert.deepEqual(given, [12, 20, 14, 62]);
  assert.deepEqual(given, wanted);
  assert.deepEqual(graph.nodes[0].outputs, ['t2']);
  assert.deepEqual(graph.weights, [
    { name: 't0', shape: [2] },
    { name: 't1', shape: [2] },
  ]);
});

test('weights that no node reads are left out', async (t) => {
  const { graph } = await bothWays(t, [node('Relu', ['x'], 'y')], [floats('lonely', [2], [1, 2])]);
  assert.deepEqual([graph.weights, graph.constants], [[], []]);
});

test('what is no network is refused', async (t) => {
  const { source, unpack } = await read(
    t,
    [node('Add', ['x', 'w'], 'y')],
    [floats('w', [2], [1, 2])],
  );
  const good = graphOf(source, unpack);
  networkOfGraph(good);
  const fails = (change: object, message: RegExp) =>
    assert.throws(() => networkOfGraph({ ...good, ...change }), {
      name: 'CheckpointError',
      message,
    });
  fails({ weights: [...good.weights, ...good.weights] }, /names weights twice/);
  fails({ weights: [] }, /node 'y' \('Add'\) reads 'w', which no node before it makes/);
  fails({ opset: 99 }, /operators of version 99; 9 to 21 are read/);
  fails({ output: 'z' }, /has an output 'z' that no node makes/);
  fails({ weights: [{ name: 'w', shape: [-1] }] }, /field 'weights.0.shape.0'/);
  fails({ extra: 1 }, /field/);
  assert.throws(() => networkOfGraph(undefined), /the graph field/);
});

test('a softmax at the end is left out, where it is one of the classes of a picture', async (t) => {
  const axis = (i: number) => ({ name: 'axis', i, type: 2 });
  const cut = async (...nodes: NodeProto[]) => withoutSoftmax((await read(t, nodes, [])).source);
  const relu = node('Relu', ['x'], 'h');
  for (const attribute of [[axis(1)], [axis(-1)], []])
    assert.equal((await cut(relu, node('Softmax', ['h'], 'y', ...attribute)))?.ends.output, 'h');
  assert.equal(await cut(relu, node('Softmax', ['h'], 'y', axis(0))), null);
  assert.equal(await cut(node('Softmax', ['x'], 'h'), node('Relu', ['h'], 'y')), null);
});
