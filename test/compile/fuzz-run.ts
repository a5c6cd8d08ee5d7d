/** Trains a described network on an engine, eagerly or compiled. */
import '../../src/ops/index.js';
import { compile } from '../../src/compile/compile.js';
import type { TypedArray } from '../../src/core/dtype.js';
import { Rng } from '../../src/core/rng.js';
import { numel, type Shape } from '../../src/core/shape.js';
import type { Engine } from '../../src/engine/engine.js';
import type { Precision } from '../../src/engine/precision.js';
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
  /** Of compiled steps. @default 'float32' */
  readonly precision?: Precision;
  /** Which numbers the images and weights get. @default 0 */
  readonly draw?: number;
}

/** What training leaves behind, by name. */
export interface Outcome {
  /** Loss and logits of each step, and of the evaluation after it. */
  readonly values: ReadonlyMap<string, TypedArray>;
  /** Gradients of each step. */
  readonly gradients: ReadonlyMap<string, TypedArray>;
  /** Parameters and buffers after the last step. */
  readonly state: ReadonlyMap<string, TypedArray>;
  readonly programs: readonly string[];
}

/** Three steps of training, with an evaluation after each. */
export async function train(spec: NetworkSpec, setting: Setting): Promise<Outcome> {
  const [outcome] = await trainInTurns([spec], setting);
  if (outcome === undefined) throw new RangeError('no outcome');
  return outcome;
}

/** The same of several networks, which take turns step by step. */
export async function trainInTurns(
  specs: readonly NetworkSpec[],
  setting: Setting,
): Promise<Outcome[]> {
  const before = currentEngine();
  try {
    const courses = specs.map((spec) => new Course(spec, setting));
    useEngine(setting.engine);
    for (let i = 0; i < steps; i++) for (const course of courses) await course.step(i);
    return await Promise.all(courses.map((course) => course.outcome()));
  } finally {
    useEngine(before);
  }
}

class Course {
  private readonly values = new Map<string, TypedArray>();
  private readonly gradients = new Map<string, TypedArray>();
  private readonly model: FuzzNetwork;
  private readonly optimizer: Optimizer;
  private readonly trained: readonly (readonly [string, nn.Parameter])[];
  private readonly trainStep;
  private readonly evalStep;

  constructor(
    private readonly spec: NetworkSpec,
    private readonly setting: Setting,
  ) {
    const { precision = 'float32' } = setting;
    this.trainStep = compile((x: Tensor, y: Tensor) => this.trainEagerly(x, y), { precision });
    this.evalStep = compile((x: Tensor) => this.evaluateEagerly(x), { precision });
    useEngine(referenceEngine); // The same weights for all, to the bit.
    manualSeed(spec.seed);
    this.model = new FuzzNetwork(spec);
    spread(this.model, spec, setting.draw ?? 0);
    this.optimizer = optimizerOf(spec, [...this.model.parameters()]);
    this.trained = this.model.namedParameters().filter(([, { requiresGrad }]) => requiresGrad);
  }

  async step(i: number): Promise<void> {
    const { model, spec, values } = this;
    const { compiled, draw = 0 } = this.setting;
    const [x, y] = batchOf(spec, draw, i);
    x.requiresGrad_(spec.inputGradient);
    model.train(spec.trains);
    const { loss, logits, ...found } = compiled ? this.trainStep(x, y) : this.trainEagerly(x, y);
    if (loss === undefined || logits === undefined) throw new RangeError('no loss');
    await readAll(values, { [`loss of step ${i}`]: loss, [`logits of step ${i}`]: logits });
    await readAll(this.gradients, found, (name) => `gradient of ${name} in step ${i}`);

    model.eval();
    const [other] = batchOf(spec, draw, steps + i);
    const evaluated = compiled ? this.evalStep(other) : this.evaluateEagerly(other);
    await readAll(values, { [`logits of evaluation ${i}`]: evaluated });
  }

  async outcome(): Promise<Outcome> {
    const { values, gradients, model } = this;
    const state = new Map<string, TypedArray>();
    await readAll(state, Object.fromEntries(model.stateDict()));
    return { values, gradients, state, programs: [this.trainStep.program, this.evalStep.program] };
  }

  private trainEagerly(x: Tensor, y: Tensor): Record<string, Tensor> {
    const { model, optimizer, spec } = this;
    optimizer.zeroGrad();
    const logits = model.forward(x);
    const loss = lossOf(spec, logits, y);
    loss.backward();
    if (spec.clips) clipGradNorm(model.parameters(), 0.5);
    const gradients = this.trained.flatMap(([name, { grad }]) =>
      grad === null ? [] : [[name, grad]],
    );
    if (x.grad !== null) gradients.push(['input', x.grad]);
    optimizer.step();
    return { loss, logits, ...Object.fromEntries(gradients) };
  }

  private evaluateEagerly(x: Tensor): Tensor {
    return noGrad(() => this.model.forward(x));
  }
}

/** Copies of elements, which are waited for: a page's GPU has no other way. */
async function readAll(
  to: Map<string, TypedArray>,
  tensors: Readonly<Record<string, Tensor>>,
  nameOf: (key: string) => string = (key) => key,
): Promise<void> {
  const names = Object.keys(tensors).map(nameOf);
  const read = await Promise.all(Object.values(tensors).map((tensor) => tensor.dataAsync()));
  for (const [k, array] of read.entries()) to.set(names[k] ?? '', array.slice());
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
      return new SGD(parameters, { lr: 2e-3 });
    case 'momentum':
      return new SGD(parameters, { lr: 1e-3, momentum: 0.9, weightDecay: 1e-3, nesterov: true });
    case 'adam':
      return new Adam(parameters, { lr: 1e-3, eps: 1e-2 });
    case 'adamw':
      return new AdamW(parameters, { lr: 1e-3, eps: 1e-2, weightDecay: 0.05 });
    case 'rmsprop':
      return new RMSprop(parameters, { lr: 2e-4, eps: 1e-2, momentum: 0.5 });
  }
}
