/** A classifier's ops, recorded with two sizes of batch, and the names of its weights. */
import type { TypedArray } from '../core/dtype.js';
import { ValueError } from '../core/errors.js';
import type { Graph, Value } from '../graph/graph.js';
import { inEvaluation } from '../nn/modes.js';
import type { Module } from '../nn/module.js';
import { locate, recordStep } from '../record/record-step.js';
import { zeros } from '../tensor/creation.js';
import { noGrad } from '../tensor/grad-mode.js';
import type { Tensor } from '../tensor/tensor.js';

export interface RecordedModel {
  /** For a batch of two; `other` for three: what one sample has is no size of a batch. */
  readonly graph: Graph;
  readonly other: Graph;
  /** What the graph's inputs hold. */
  readonly arrays: readonly TypedArray[];
  readonly nameOf: (value: Value) => string;
  /** Calls a function with the model in evaluation mode. */
  readonly evaluated: <T>(call: () => T) => T;
}

/** @throws ValueError for a model that changes its state when it classifies */
export function recordModel(model: Module, inputShape: readonly number[]): RecordedModel {
  const evaluated = <T>(call: () => T): T => inEvaluation(model, call);
  const record = (samples: number) => {
    const images = zeros([samples, ...inputShape]);
    const classify = (x: Tensor) => noGrad(() => model(x));
    const step = evaluated(() => recordStep(classify, [images]));
    step.undo();
    return { ...step, images };
  };
  const { graph, sources, images } = record(2);
  const [update] = graph.updates;
  if (update !== undefined)
    throw new ValueError(
      'exportOnnx',
      'the model draws random numbers or changes its state in evaluation mode, which a file cannot do; let it look at this.training',
    );
  const storages = sources.map((source) => locate(source, [images]));
  const names = new Map(graph.outputs.slice(0, 1).map((value) => [value, 'logits']));
  const keys = new Map(
    [...model.namedParameters(), ...model.namedBuffers()].map(([key, { storage }]) => [
      storage,
      key,
    ]),
  );
  graph.inputs.forEach((value, i) => {
    const storage = storages[i];
    names.set(value, i === 0 ? 'input' : ((storage && keys.get(storage)) ?? 'constant'));
  });
  return {
    graph,
    other: record(3).graph,
    arrays: storages.map((storage) => storage.read('exportOnnx')),
    nameOf: (value) => names.get(value) ?? `v${value.id}`,
    evaluated,
  };
}
