/** Every op that has a form in ONNX, with all attributes of the case table, computes there what it computes in wick. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import '../../src/ops/index.js';
import { DTypeError, ValueError } from '../../src/core/errors.js';
import { liveNodes, toOnnx } from '../../src/export/onnx-graph.js';
import { inferenceOps } from '../../src/export/ops/inference.js';
import type { ModelProto } from '../../src/io/onnx/proto.js';
import { locate, recordStep } from '../../src/record/record-step.js';
import { noGrad } from '../../src/tensor/grad-mode.js';
import { Tensor } from '../../src/tensor/tensor.js';
import { families } from '../ops/cases.js';
import { makeInputs, type OpCase } from '../ops/op-case.js';
import { runModel, withoutRuntime } from './runtime.js';

interface Exported {
  readonly model: ModelProto;
  readonly inputs: readonly Tensor[];
  readonly ops: readonly string[];
}

/** Ops that a file has the first result of alone. */
const firstOnly = ['layerNorm', 'groupNorm', 'maxPool2d', 'adaptiveMaxPool2d'];

function runCase(opCase: OpCase, inputs: readonly Tensor[]): readonly Tensor[] {
  const run = () => opCase.run(...inputs);
  const result = opCase.grad === false ? noGrad(run) : run(); // in-place ops change no tensor that needs a gradient
  const list = result instanceof Tensor ? [result] : result;
  return opCase.ops.some((name) => firstOnly.includes(name)) ? list.slice(0, 1) : list;
}

/** A case's graph with all that it reads as inputs; why not, where it has no form. */
function exported(opCase: OpCase): Exported | string {
  const args = makeInputs(opCase);
  const isOrdinary = args.every((x) => x.numel() > 0 && Array.from(x.data).every(Number.isFinite));
  if (!isOrdinary) return 'no elements, or none that are finite';
  const step = recordStep((...inputs: Tensor[]) => runCase(opCase, inputs), args);
  step.undo();
  const { graph, sources } = step;
  const nodes = liveNodes(graph);
  const missing = nodes.find(({ name }) => inferenceOps[name] === undefined);
  if (missing !== undefined || graph.updates.length > 0) return `op ${missing?.name}`;
  const storages = sources.map((source) => locate(source, args));
  const arrays = storages.map((storage) => storage.read('test'));
  try {
    const file = toOnnx(graph, arrays, { ops: inferenceOps, isInput: () => true });
    const used = new Set(nodes.flatMap(({ inputs }) => inputs));
    const inputs = graph.inputs.flatMap((value, i) => {
      const storage = storages[i];
      return storage && used.has(value) ? [new Tensor(storage, value.shape)] : [];
    });
    return { model: file.finish(), inputs, ops: nodes.map(({ name }) => name) };
  } catch (error) {
    assert.ok(error instanceof ValueError || error instanceof DTypeError, String(error));
    return error.detail;
  }
}

/** Infinities and NaN stand for themselves. */
function differenceOf(given: ArrayLike<number>, wanted: ArrayLike<number>): number {
  assert.equal(given.length, wanted.length);
  let largest = 0;
  for (let i = 0; i < wanted.length; i++) {
    const [x, y] = [Number(given[i]), Number(wanted[i])];
    if (!Object.is(x, y)) largest = Math.max(largest, x === y ? 0 : Math.abs(x - y));
  }
  return largest;
}

const seen = new Set<string>();
const refused: string[] = [];

for (const [family, cases] of Object.entries(families))
  test(`${family}: as in wick`, { skip: withoutRuntime }, async () => {
    for (const opCase of cases) {
      const made = exported(opCase);
      if (typeof made === 'string') {
        refused.push(`${opCase.name}: ${made}`);
        continue;
      }
      const wanted = runCase(opCase, makeInputs(opCase));
      if (wanted.some((y) => y.numel() === 0)) continue;
      const given = await runModel(made.model, made.inputs).catch((cause: unknown) => {
        throw new Error(opCase.name, { cause });
      });
      wanted.forEach(({ data }, k) => {
        const size = Math.max(1, ...Array.from(data, Math.abs).filter(Number.isFinite));
        const difference = differenceOf(given[k] ?? [], data);
        assert.ok(difference <= 1e-5 * size, `${opCase.name}: differs by ${difference}`);
      });
      for (const name of made.ops) seen.add(name);
    }
  });

test('no op with a form was left out', { skip: withoutRuntime }, () => {
  const missed = Object.keys(inferenceOps).filter((name) => !seen.has(name));
  assert.deepEqual(missed, ['adaptiveMaxPool2d']); // of even windows, which networks.test.ts has
});
