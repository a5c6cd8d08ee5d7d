/**
 * Writes a workload's step for the peers in JavaScript: `step.json`, `arrays.bin` and `step.onnx`.
 *
 *   node export/main.js WORKLOAD FOLDER
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile } from '../../src/compile/compile.js';
import type { TypedArray } from '../../src/core/dtype.js';
import type { Engine } from '../../src/engine/engine.js';
import { currentEngine, useEngine } from '../../src/engine/select.js';
import type { Graph } from '../../src/graph/graph.js';
import { type WickStep, wickStep, withoutDropout } from '../wick-step.js';
import { workloadNamed } from '../workloads.js';
import { liveNodes, toOnnx } from './onnx-graph.js';
import { arraysFile, onnxFile, type StepFile, stepFile } from './step-file.js';

const [name = '', folder = '.'] = process.argv.slice(2);
const workload = workloadNamed(name);
/** Large enough that a wrong gradient shows in the next loss. */
const rates = { checked: workload.optimizer === 'adam' ? 1e-3 : 3e-3, timed: 1e-5 };

useEngine('wasm');
const engine = currentEngine();
const step = wickStep(workload, rates.checked);
const { graph, arrays } = capture(step);
useEngine(engine);
const args = workload.mode === 'train' ? 2 : 1;
writeFileSync(join(folder, onnxFile), toOnnx(graph, arrays, args));
writeFileSync(join(folder, arraysFile), Buffer.concat(arrays.map(bytesOf)));
writeFileSync(join(folder, stepFile), JSON.stringify(describe()));

/** The step's graph, and what its inputs hold: recorded by an engine that runs nothing. */
function capture({ run, images, labels }: WickStep): { graph: Graph; arrays: TypedArray[] } {
  const captured: { graph: Graph; arrays: TypedArray[] }[] = [];
  const recorder: Engine = {
    ...engine,
    prepare: (graph) => ({
      run: (inputs) => captured.push({ graph, arrays: inputs.map((array) => array.slice()) }),
      program: '',
      bytes: 0,
      dispose() {},
    }),
  };
  useEngine(recorder);
  if (workload.mode === 'train') compile(run)(images, labels);
  else compile((x) => run(x, labels))(images);
  const [only] = captured;
  if (only === undefined || captured.length > 1)
    throw new Error(`${name}: ${captured.length} graphs were recorded, 1 is expected`);
  return only;
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
  const steps = workload.mode === 'train' ? 3 : 1;
  return Array.from({ length: steps }, () => compiled(images, labels).item());
}

function bytesOf({ buffer, byteOffset, byteLength }: TypedArray): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
