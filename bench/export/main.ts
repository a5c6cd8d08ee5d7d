/**
 * Writes a workload's step for the peers in JavaScript: `step.json`, `arrays.bin` and `step.onnx`.
 *
 *   node export/main.js WORKLOAD FOLDER
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile } from '../../src/compile/compile.js';
import type { TypedArray } from '../../src/core/dtype.js';
import { useEngine } from '../../src/engine/select.js';
import { liveNodes, toOnnx } from '../../src/export/onnx-graph.js';
import type { Graph, Value } from '../../src/graph/graph.js';
import { encodeModel } from '../../src/io/onnx/protobuf.js';
import { locate, recordStep } from '../../src/record/record-step.js';
import { type WickStep, wickStep, withoutDropout } from '../wick-step.js';
import { workloadNamed } from '../workloads.js';
import { trainingOps } from './onnx-training.js';
import { arraysFile, onnxFile, type StepFile, stepFile } from './step-file.js';

const [name = '', folder = '.'] = process.argv.slice(2);
const workload = workloadNamed(name);
/** Large enough that a wrong gradient shows in the next loss. */
const rates = { checked: workload.optimizer === 'adam' ? 1e-3 : 3e-3, timed: 1e-5 };

const isTraining = workload.mode === 'train';

useEngine('wasm');
const step = wickStep(workload, rates.checked);
const { graph, arrays } = record(step);
// A scalar may be the learning rate, which is set from outside.
const isInput = ({ shape }: Value, index: number) =>
  index < (isTraining ? 2 : 1) || shape.length === 0;
const file = toOnnx(graph, arrays, { ops: trainingOps(), isInput });
writeFileSync(join(folder, onnxFile), await encodeModel(file.finish()));
writeFileSync(join(folder, arraysFile), Buffer.concat(arrays.map(bytesOf)));
writeFileSync(join(folder, stepFile), JSON.stringify(describe()));

/** The step's graph, and what its inputs hold. */
function record({ run, images, labels }: WickStep): { graph: Graph; arrays: TypedArray[] } {
  const args = isTraining ? [images, labels] : [images];
  const { graph, sources, undo } = recordStep((x, y = labels) => run(x, y), args);
  undo();
  const arrays = sources.map((source) => locate(source, args).read('export').slice());
  return { graph, arrays };
}

function describe(): StepFile {
  let offset = 0;
  const next = new Map(graph.updates.map((update) => [update.state, update.next.id]));
  const inputs = graph.inputs.map((value, i) => {
    const start = offset;
    offset += arrays[i]?.byteLength ?? 0;
    const changed = next.get(value);
    return { ...value, offset: start, ...(changed !== undefined && { next: changed }) };
  });
  const rate = inputs.find(({ dtype, shape }) => dtype === 'float32' && shape.length === 0);
  return {
    inputs,
    nodes: liveNodes(graph).map((node) => ({ ...node, op: node.op.name })),
    result: graph.outputs[0]?.id ?? 0,
    ...(rate !== undefined && { rate: rate.id }),
    rates,
    expected: expected(),
  };
}

/** The results of wick's first steps, without dropout. */
function expected(): number[] {
  const { run, images, labels, model } = step;
  withoutDropout(model);
  const compiled = compile(run);
  const steps = isTraining ? 3 : 1;
  return Array.from({ length: steps }, () => compiled(images, labels).item());
}

function bytesOf({ buffer, byteOffset, byteLength }: TypedArray): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
