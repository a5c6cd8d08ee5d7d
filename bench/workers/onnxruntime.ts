/** ONNX Runtime's side of a comparison, native or in WebAssembly: `onnxruntime.js PACKAGE FOLDER THREADS`. */
import { join } from 'node:path';
import type { TypedArray } from '../../src/core/dtype.js';
import { dropoutSwitch } from '../export/onnx-training.js';
import { onnxFile } from '../export/step-file.js';
import { importPeer } from './peer-package.js';
import { serve } from './serve.js';
import { readStep, requireSameResults } from './step-input.js';

/** As much of onnxruntime-common's interface as is used here. */
interface OnnxRuntime {
  readonly env: { readonly wasm: { numThreads: number } };
  readonly Tensor: new (type: string, data: TypedArray, dims: readonly number[]) => OnnxTensor;
  readonly InferenceSession: {
    create(path: string, options: object): Promise<Session>;
  };
}

interface OnnxTensor {
  readonly data: TypedArray;
}

type Tensors = Record<string, OnnxTensor>;

interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(feeds: Tensors, fetches?: Tensors): Promise<Tensors>;
}

const [name = '', folder = '', threads = '2'] = process.argv.slice(2);
const ort = await importPeer<OnnxRuntime>(name);
ort.env.wasm.numThreads = Number(threads);
const step = readStep(folder);
const session = await ort.InferenceSession.create(join(folder, onnxFile), {
  intraOpNumThreads: Number(threads),
  graphOptimizationLevel: 'all',
  // Its threads must not spin on while others are timed.
  extra: { session: { force_spinning_stop: '1' } },
});

const float = (value: number) => new ort.Tensor('float32', new Float32Array([value]), []);
const feeds: Tensors = { [dropoutSwitch]: float(0) };
step.inputs.forEach(({ id, dtype, shape }, i) => {
  const array = step.arrays[i];
  if (array !== undefined) feeds[`v${id}`] = new ort.Tensor(dtype, array, shape);
});
for (const input of Object.keys(feeds))
  if (!session.inputNames.includes(input)) delete feeds[input];
const states = step.inputs.flatMap(({ id, next }) =>
  session.inputNames.includes(`v${id}`) && next !== undefined
    ? [{ state: `v${id}`, next: `v${next}` }]
    : [],
);

const results: number[] = [];
for (const _ of step.expected) results.push(await run());
requireSameResults(step, results);
if (dropoutSwitch in feeds) feeds[dropoutSwitch] = float(1);
if (step.rate !== undefined) feeds[`v${step.rate}`] = float(step.rates.timed);
for (let i = 0; i < 2; i++) await run();
await serve(run);

/** One step; what it made of the states goes into the next. */
async function run(): Promise<number> {
  const made = await session.run(feeds);
  for (const { state, next } of states) {
    const tensor = made[next];
    if (tensor !== undefined) feeds[state] = tensor;
  }
  return made[`v${step.result}`]?.data[0] ?? Number.NaN;
}
