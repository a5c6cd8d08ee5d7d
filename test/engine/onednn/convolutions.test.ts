/**
 * One convolution for each way that engine `onednn` has to compute it: all three passes against `reference`, on several
 * numbers of threads, by the kernels that the row says.
 */
import '../../../src/ops/index.js';
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { TypedArray } from '../../../src/core/dtype.js';
import { Rng } from '../../../src/core/rng.js';
import type { Engine } from '../../../src/engine/engine.js';
import type { OneDnnEngine } from '../../../src/engine/onednn/onednn.js';
import { referenceEngine } from '../../../src/engine/reference/reference.js';
import { openWasmEngine } from '../../../src/engine/wasm/wasm.js';
import type { Graph } from '../../../src/graph/graph.js';
import { assertValues } from '../../ops/run-case.js';
import { GraphBuilder, normals, runPlan } from '../compiler/graphs.js';
import { kernelsByOp } from './kernels-by-op.js';
import { machineLibrary, openMachineEngine, withoutVectors } from './machine.js';

type Pair = readonly [height: number, width: number];

type Op = 'conv2d' | 'conv2dBackwardInput' | 'conv2dBackwardWeight';

/** How the three passes are computed; each is one primitive a thread where it is not said. */
interface Winograd {
  readonly forward?: 'strips' | 'slices';
  readonly input?: 'strips' | 'slices';
  readonly weight?: 'taps' | 'blocks';
}

interface Row {
  readonly x: readonly [batch: number, channels: number, height: number, width: number];
  readonly out: number;
  readonly kernel: Pair;
  readonly stride?: Pair;
  readonly padding?: Pair;
  readonly dilation?: Pair;
  /** With vectors of 16 floats; with shorter ones oneDNN computes all directly. */
  readonly winograd?: Winograd;
  /** For which of these ops some versions and CPUs have no fast code; the engine's own kernels then compute it. */
  readonly mayLeave?: readonly Op[];
}

const narrow: Winograd = { forward: 'strips', input: 'strips', weight: 'taps' };
const wide: Winograd = { forward: 'slices', input: 'slices', weight: 'blocks' };

const rows: Readonly<Record<string, Row>> = {
  'blocks of 16 channels': { x: [3, 16, 9, 8], out: 32, kernel: [3, 3], stride: [2, 2] },
  'channels last': { x: [3, 12, 10, 9], out: 24, kernel: [5, 5], padding: [2, 2] },
  'channels last into whole vectors': { x: [2, 12, 8, 8], out: 32, kernel: [3, 3] },
  'padded channels': {
    ...{ x: [2, 10, 7, 6], out: 10, kernel: [3, 3], padding: [1, 1] },
    mayLeave: ['conv2d', 'conv2dBackwardWeight'],
  },
  'two padded blocks': { x: [1, 17, 6, 7], out: 18, kernel: [3, 3], padding: [1, 1] },
  'a picture, row-major': {
    ...{ x: [3, 3, 21, 18], out: 16, kernel: [7, 7] },
    ...{ stride: [2, 2], padding: [3, 3] },
    mayLeave: ['conv2dBackwardInput'],
  },
  'a grey picture into 12 channels': {
    ...{ x: [4, 1, 11, 12], out: 12, kernel: [3, 3] },
    mayLeave: ['conv2dBackwardInput', 'conv2dBackwardWeight'],
  },
  'a picture into padded channels': {
    ...{ x: [2, 3, 9, 9], out: 10, kernel: [5, 5], padding: [2, 2] },
    mayLeave: ['conv2dBackwardInput'],
  },
  'one image, channels cut': { x: [1, 64, 6, 6], out: 80, kernel: [3, 3], stride: [2, 1] },
  'one image, channels that cannot be cut': { x: [1, 12, 9, 9], out: 12, kernel: [3, 3] },
  '1×1': { x: [2, 32, 5, 5], out: 48, kernel: [1, 1] },
  '1×1, stride 2': { x: [2, 16, 7, 8], out: 32, kernel: [1, 1], stride: [2, 2] },
  dilation: { x: [2, 16, 11, 12], out: 16, kernel: [3, 3], padding: [2, 3], dilation: [2, 3] },
  'a kernel that is not square': { x: [2, 16, 8, 9], out: 16, kernel: [1, 5], padding: [0, 2] },
  'a stride that leaves pixels out': { x: [2, 16, 8, 9], out: 16, kernel: [2, 2], stride: [3, 4] },
  'padding beyond the kernel': {
    ...{ x: [1, 16, 4, 3], out: 16, kernel: [2, 2], padding: [3, 2] },
    mayLeave: ['conv2d', 'conv2dBackwardInput', 'conv2dBackwardWeight'],
  },
  'channels last, part of a vector': { x: [1, 20, 9, 9], out: 20, kernel: [3, 3], padding: [1, 1] },
  'a kernel of the image': { x: [2, 32, 4, 5], out: 16, kernel: [4, 5] },
  Winograd: {
    ...{ x: [3, 32, 13, 11], out: 48, kernel: [3, 3], padding: [1, 1] },
    winograd: narrow,
  },
  'Winograd without padding': {
    ...{ x: [2, 48, 12, 13], out: 16, kernel: [3, 3] },
    winograd: narrow,
  },
  'Winograd above 64 channels, strips': {
    ...{ x: [2, 80, 33, 38], out: 48, kernel: [3, 3], padding: [1, 1] },
    winograd: narrow,
  },
  'wide Winograd': {
    ...{ x: [1, 256, 7, 7], out: 256, kernel: [3, 3], padding: [1, 1] },
    winograd: wide,
  },
  'wide Winograd, without padding': {
    ...{ x: [2, 256, 6, 7], out: 128, kernel: [3, 3] },
    winograd: { ...wide, input: 'strips' },
  },
  'wide Winograd, 512 channels': {
    ...{ x: [1, 512, 5, 5], out: 64, kernel: [3, 3], padding: [1, 1] },
    winograd: { forward: 'slices', input: 'strips', weight: 'taps' },
  },
  'wide Winograd, slices that do not fit': {
    ...{ x: [1, 256, 7, 7], out: 48, kernel: [3, 3], padding: [1, 1] },
    winograd: narrow,
  },
  'wide Winograd of the gradients alone': {
    ...{ x: [1, 64, 7, 7], out: 256, kernel: [3, 3], padding: [1, 1] },
    winograd: { forward: 'strips', input: 'slices', weight: 'taps' },
  },
  'wide Winograd, more tiles than one product takes': {
    ...{ x: [130, 256, 5, 5], out: 64, kernel: [3, 3], padding: [1, 1] },
    winograd: { forward: 'slices', input: 'strips', weight: 'taps' },
  },
};

/** Multiply-adds from which `reference` takes too long: engine `wasm` without Winograd says what is right. */
const many = 1e7;

/** Largest difference, relative to the element or the typical one: oneDNN adds in float32, Winograd's transforms lose a digit. */
const directTolerance = 1e-5;
const winogradTolerance = 2e-4;

function multiplyAdds({
  x: [n, c, h, w],
  out,
  kernel,
  stride: [down, across] = [1, 1],
}: Row): number {
  return (n * c * h * w * out * kernel[0] * kernel[1]) / (down * across);
}

/** The convolution, it with a bias and a ReLU, and its gradients, all on inputs of the graph. */
function passesOf({ x, out, kernel, stride, padding, dilation }: Row): Graph {
  const attrs = {
    stride: stride ?? [1, 1],
    padding: padding ?? [0, 0],
    dilation: dilation ?? [1, 1],
    groups: 1,
  };
  const b = new GraphBuilder();
  const image = b.input(x);
  const weight = b.input([out, x[1], ...kernel]);
  const y = b.call('conv2d', [image, weight], attrs);
  const rectified = b.call('relu', [b.call('conv2d', [image, weight, b.input([out])], attrs)]);
  const dy = b.input(y.shape);
  const dx = b.call('conv2dBackwardInput', [dy, weight], { ...attrs, shape: x });
  const dw = b.call('conv2dBackwardWeight', [image, dy], { ...attrs, shape: weight.shape });
  return b.graph([y, rectified, dx, dw]);
}

const kernelsOf = {
  strips: ['winogradForeignStrips', 'winogradForeignWeights'],
  slices: ['winogradForeignInput', 'winogradForeignSlices'],
  taps: ['winogradForeignGradientStrips', 'winogradForeignGradientTaps'],
  blocks: ['winogradForeignGradientBlocks', 'winogradForeignGradientInput'],
  direct: ['foreign'],
} as const;

/** The second of the two convolutions ends in a ReLU. */
const directForward = [...kernelsOf.direct, 'reluSpans'];

/** What fills weights up to whole vectors of channels. */
const filling = ['zero', 'stridedCopy'];

function assertKernels(program: string, row: Row, used: Winograd, name: string) {
  const { mayLeave = [] } = row;
  const found = kernelsByOp(program);
  const isPartEmpty = [row.x[1], row.out].some((count) => count % (machineLibrary?.lanes ?? 1) > 0);
  if (isPartEmpty)
    for (const [op, kernels] of Object.entries(found))
      found[op] = kernels.filter((kernel) => !filling.includes(kernel));
  const expected = {
    conv2d: used.forward === undefined ? directForward : kernelsOf[used.forward],
    conv2dBackwardInput: kernelsOf[used.input ?? 'direct'],
    conv2dBackwardWeight: kernelsOf[used.weight ?? 'direct'],
  };
  for (const op of mayLeave) {
    const own = found[op]?.every((kernel) => !/native/i.test(kernel));
    if (own) delete found[op];
    if (own) delete (expected as Partial<typeof expected>)[op];
  }
  assert.deepEqual(found, expected, `${name}\n${program}`);
}

function run(engine: Engine, graph: Graph, inputs: readonly TypedArray[]) {
  const plan = engine.prepare(graph);
  const { program } = plan;
  const results = runPlan(plan, graph, inputs).slice(0, graph.outputs.length);
  plan.dispose();
  return { program, results };
}

const names = ['y', 'relu(y + b)', 'dx', 'dw'];

/** Images and bias with a number here and there that is none. */
function withSpecials([image, weight, bias, dy]: readonly TypedArray[]): TypedArray[] {
  const [x, b] = [image, bias].map((array) => {
    const copy = array?.slice() ?? new Float32Array();
    for (const [i, value] of [Number.NaN, Infinity, -Infinity].entries())
      copy[Math.floor((i * copy.length) / 3)] = value;
    return copy;
  });
  return [x, weight, b, dy].map((array) => array ?? new Float32Array());
}

describe(`convolutions on oneDNN, ${machineLibrary?.isa}`, { skip: withoutVectors }, () => {
  const engines: OneDnnEngine[] = [];
  const open = (threads: number, winograd: boolean) => {
    const engine = openMachineEngine({ threads, winograd });
    engines.push(engine);
    return { engine, name: `${threads} threads`, winograd };
  };
  const ways = [open(1, true), open(2, true), open(3, true), open(5, true), open(2, false)];
  const plain = openWasmEngine({ threads: 2, winograd: false });
  after(() => {
    for (const engine of [...engines, plain]) engine.stop();
  });
  const takesWinograd = machineLibrary?.lanes === 16;

  for (const [what, row] of Object.entries(rows))
    test(what, () => {
      const graph = passesOf(row);
      const rng = new Rng(7);
      const inputs = graph.inputs.map(({ shape }) => normals(rng, shape));
      const oracle = multiplyAdds(row) < many ? referenceEngine : plain;
      const expected = run(oracle, graph, inputs).results;
      for (const { engine, name, winograd } of ways) {
        const used = winograd && takesWinograd ? (row.winograd ?? {}) : {};
        const { program, results } = run(engine, graph, inputs);
        assertKernels(program, row, used, name);
        const tolerance = Object.keys(used).length > 0 ? winogradTolerance : directTolerance;
        expected.forEach((array, i) => {
          assertValues(`${names[i]} on ${name}`, results[i] ?? [], array, tolerance);
        });
        if (engine.threads === 3) assert.deepEqual(run(engine, graph, inputs).results, results);
      }
    });

  for (const [what, row] of Object.entries(rows))
    test(`${what}: NaN and infinities come out where they do on reference`, () => {
      if (multiplyAdds(row) >= many) return;
      const graph = passesOf(row);
      const rng = new Rng(9);
      const inputs = withSpecials(graph.inputs.map(({ shape }) => normals(rng, shape)));
      const expected = run(referenceEngine, graph, inputs).results;
      for (const { engine, name, winograd } of ways) {
        if (winograd && row.winograd !== undefined) continue; // There they spoil whole tiles.
        const { results } = run(engine, graph, inputs);
        expected.forEach((array, i) => {
          assertValues(`${names[i]} on ${name}`, results[i] ?? [], array, directTolerance);
        });
      }
    });

  test('a chain of convolutions stays channels-last', () => {
    const b = new GraphBuilder();
    const x = b.input([2, 12, 9, 8]);
    const attrs = { stride: [1, 1], padding: [2, 2], dilation: [1, 1], groups: 1 };
    const [first, second] = [b.input([32, 12, 5, 5]), b.input([32, 32, 5, 5])];
    const y = b.call('conv2d', [b.call('conv2d', [x, first], attrs), second], attrs);
    const graph = b.graph([y]);
    const rng = new Rng(8);
    const inputs = graph.inputs.map(({ shape }) => normals(rng, shape));
    const [expected] = run(referenceEngine, graph, inputs).results;
    for (const { engine, name } of ways) {
      const { program, results } = run(engine, graph, inputs);
      assert.match(program, /\b2 layout conversions\b/);
      assertValues(name, results[0] ?? [], expected ?? [], directTolerance);
    }
  });
});
