/** Trains a described network on an engine, eagerly or compiled. */
import '../../src/ops/index.js';
import { compile } from '../../src/compile/compile.js';
import type { TypedArray } from '../../src/core/dtype.js';
import { Rng } from '../../src/core/rng.js';
import { numel, type Shape } from '../../src/core/shape.js';
import type { Engine } from '../../src/engine/engine.js';
import { referenceEngine } from '../../src/engine/reference/reference.js';
import { currentEngine, useEngine } from '../../src/engine/select.js';
import { binaryCrossEntropyWithLogits, crossEntropy, mseLoss } from '../../src/nn/functional.js';
import * as nn from '../../src/nn/index.js';
import { Adam, AdamW } from '../../src/optim/adam.js';
import { clipGradNorm } from '../../src/optim/clip-grad.js';
import type { Optimizer } from '../../src/optim/optimizer.js';
import { RMSprop } from '../../src/optim/rmsprop.js';
import { SGD } from '../../src/optim/sgd.js';
import { fromArray } from '../../src/tensor/creation.js';
import { manualSeed } from '../../src/tensor/generator.js';
import { noGrad } from '../../src/tensor/grad-mode.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { FuzzNetwork } from './fuzz-network.js';
import type { NetworkSpec } from './fuzz-spec.js';

const steps = 3;

/** Where a network trains. */
export interface Setting {
  readonly engine: Engine;
  readonly compiled: boolean;
  /** Which numbers the images and weights get. @default 0 */
  readonly draw?: number;
}

/** What training leaves behind, by name. */
export interface Outcome {
  /** Loss and logits of each step, and of an evaluation afterwards. */
  readonly values: ReadonlyMap<string, TypedArray>;
  /** Gradients of each step. */
  readonly gradients: ReadonlyMap<string, TypedArray>;
  /** Parameters and buffers after the last step. */
  readonly state: ReadonlyMap<string, TypedArray>;
  readonly programs: readonly string[];
}

/** Three steps of training, and an evaluation. */
export function train(spec: NetworkSpec, { engine, compiled, draw = 0 }: Setting): Outcome {
  const before = currentEngine();
  try {
    useEngine(referenceEngine); // The same weights for all, to the bit.
    manualSeed(spec.seed);
    const model = new FuzzNetwork(spec);
    spread(model, spec, draw);
    useEngine(engine);
    return trainModel(model, spec, compiled, draw);
  } finally {
    useEngine(before);
  }
}

function trainModel(
  model: FuzzNetwork,
  spec: NetworkSpec,
  compiled: boolean,
  draw: number,
): Outcome {
  const values = new Map<string, TypedArray>();
  const gradients = new Map<string, TypedArray>();
  const trained = [...model.namedParameters()].filter(([, { requiresGrad }]) => requiresGrad);
  const optimizer = optimizerOf(spec, [...model.parameters()]);

  const step = (x: Tensor, y: Tensor): Record<string, Tensor> => {
    optimizer.zeroGrad();
    const logits = model.forward(x);
    const loss = lossOf(spec, logits, y);
    loss.backward();
    if (spec.clips) clipGradNorm(model.parameters(), 0.5);
    const found = trained.flatMap(([name, { grad }]) => (grad === null ? [] : [[name, grad]]));
    if (x.grad !== null) found.push(['input', x.grad]);
    optimizer.step();
    return { loss, logits, ...Object.fromEntries(found) };
  };
  const evaluate = (x: Tensor) => noGrad(() => model.forward(x));

  const trainStep = compile(step);
  const evalStep = compile(evaluate);
  model.train(spec.trains);
  for (let i = 0; i < steps; i++) {
    const [x, y] = batchOf(spec, draw, i);
    const { loss, logits, ...found } = (compiled ? trainStep : step)(
      x.requiresGrad_(spec.inputGradient),
      y,
    );
    if (loss === undefined || logits === undefined) throw new RangeError('no loss');
    values.set(`loss of step ${i}`, loss.data.slice());
    values.set(`logits of step ${i}`, logits.data.slice());
    for (const [name, { data }] of Object.entries(found))
      gradients.set(`gradient of ${name} in step ${i}`, data.slice());
  }
  model.eval();
  const [x] = batchOf(spec, draw, steps);
  values.set('logits of evaluation', (compiled ? evalStep : evaluate)(x).data.slice());
  const state = new Map([...model.stateDict()].map(([name, { data }]) => [name, data.slice()]));
  return { values, gradients, state, programs: [trainStep.program, evalStep.program] };
}

/** Scales of norms of both signs, statistics that are not those of fresh layers; freezes what the description says. */
function spread(model: FuzzNetwork, spec: NetworkSpec, draw: number): void {
  const rng = new Rng(spec.seed, 1, draw);
  const fill = ({ data }: Tensor, low: number, high: number) => {
    for (let i = 0; i < data.length; i++) data[i] = rng.uniform(low, high);
  };
  for (const module of model.modules()) {
    const isNorm = !(module instanceof nn.Conv2d || module instanceof nn.Linear);
    for (const [name, member] of module.members()) {
      if (!(member instanceof nn.Parameter)) continue;
      if (name === 'bias') fill(member, -0.5, 0.5);
      else if (isNorm) fill(member, -1.5, 1.5);
    }
  }
  for (const [name, buffer] of model.namedBuffers()) {
    if (name.endsWith('running_mean')) fill(buffer, -0.5, 0.5);
    if (name.endsWith('running_var')) fill(buffer, 0.5, 2);
  }
  const { frozen } = spec;
  if (frozen === 'blocks') model.blocks.requiresGrad_(false);
  else for (const p of model.parameters()) p.requiresGrad = !rng.bool(frozen);
  const last = model.head.at(-1);
  last.requiresGrad_(true);
}

function batchOf(spec: NetworkSpec, draw: number, step: number): [x: Tensor, y: Tensor] {
  const rng = new Rng(spec.seed, 2 + draw, step);
  const { batch, image, classes, coarse, loss } = spec;
  const pixel = () => (coarse ? Math.round(rng.normal() * 4) / 4 : rng.normal());
  const array = (shape: Shape, next: () => number) =>
    fromArray(Float32Array.from({ length: numel(shape) }, next), shape);
  const x = array([batch, ...image], pixel);
  if (loss === 'mse') return [x, array([batch, classes], () => rng.normal())];
  if (loss === 'bceWithLogits') return [x, array([batch, classes], () => rng.int(2))];
  return [
    x,
    fromArray(
      Int32Array.from({ length: batch }, () => rng.int(classes)),
      [batch],
    ),
  ];
}

function lossOf({ loss }: NetworkSpec, logits: Tensor, y: Tensor): Tensor {
  switch (loss) {
    case 'crossEntropy':
      return crossEntropy(logits, y);
    case 'smoothedCrossEntropy':
      return crossEntropy(logits, y, { labelSmoothing: 0.1 });
    case 'mse':
      return mseLoss(logits, y);
    case 'bceWithLogits':
      return binaryCrossEntropyWithLogits(logits, y);
  }
}

/** With an `eps` that keeps rounding, in gradients that are zero but for it, from becoming whole steps. */
function optimizerOf({ optimizer }: NetworkSpec, parameters: nn.Parameter[]): Optimizer {
  switch (optimizer) {
    case 'sgd':
      return new SGD(parameters, { lr: 0.02 });
    case 'momentum':
      return new SGD(parameters, { lr: 0.01, momentum: 0.9, weightDecay: 1e-3, nesterov: true });
    case 'adam':
      return new Adam(parameters, { lr: 2e-3, eps: 1e-3 });
    case 'adamw':
      return new AdamW(parameters, { lr: 2e-3, eps: 1e-3, weightDecay: 0.05 });
    case 'rmsprop':
      return new RMSprop(parameters, { lr: 1e-3, eps: 1e-2, momentum: 0.5 });
  }
}
