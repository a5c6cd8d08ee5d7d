/** TensorFlow.js's side of a comparison, for networks without dropout: `tfjs.js BACKEND FOLDER`. */
import { serve } from './serve.js';
import { readStep, requireSameResults } from './step-input.js';
import { forward, importTf, type Tensor } from './tfjs-ops.js';

const [backend = 'wasm', folder = ''] = process.argv.slice(2);
const tf = await importTf(backend);
const step = readStep(folder);

const isUpdate = (op: string) => op === 'sgdStepPlain' || op === 'adamStep';
const updates = step.nodes.filter(({ op }) => isUpdate(op));
const trained = new Set(updates.map(({ inputs }) => inputs[0]?.id));
const kernels = new Set(
  step.nodes.filter(({ op }) => op === 'conv2d').map(({ inputs }) => inputs[1]?.id),
);
const values = new Map<number, Tensor>();
step.inputs.forEach(({ id, dtype, shape }, i) => {
  const given = tf.tensor(step.arrays[i] ?? [], shape, dtype);
  // Kernels as [H, W, I, O], images as [N, H, W, C].
  const perm = kernels.has(id) ? [2, 3, 1, 0] : [0, 2, 3, 1];
  const tensor = shape.length === 4 ? tf.transpose(given, perm) : given;
  values.set(id, trained.has(id) ? tf.variable(tensor) : tensor);
});
const variables = [...trained].flatMap((id) => values.get(id ?? -1) ?? []);
const training = updates.length > 0;
const optimizerFor = (rate: number) =>
  updates.some(({ op }) => op === 'adamStep') ? tf.train.adam(rate) : tf.train.sgd(rate);

let optimizer = optimizerFor(step.rates.checked);

// The first result is wick's before any update, the second after one: more would take minutes.
const results = step.expected.slice(0, 2).map(run);
requireSameResults({ ...step, expected: step.expected.slice(0, 2) }, results);
optimizer = optimizerFor(step.rates.timed);
await serve(run);

function run(): number {
  return tf.tidy(() => {
    const result = () => forward(tf, step, values);
    const { value, grads } = training
      ? tf.variableGrads(result, variables)
      : { value: result(), grads: undefined };
    if (grads !== undefined) optimizer.applyGradients(grads);
    return value.dataSync()[0] ?? Number.NaN;
  });
}
