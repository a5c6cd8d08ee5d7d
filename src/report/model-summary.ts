/**
 * A network layer by layer, in torchinfo's columns. The forward pass is recorded, not run: ops tell their shapes and
 * multiply-adds, so even a large network takes milliseconds.
 */
import { itemSize } from '../core/dtype.js';
import { numel, type Shape } from '../core/shape.js';
import { operands } from '../graph/op.js';
import type { Module } from '../nn/module.js';
import { Recorder } from '../record/recorder.js';
import { withExecutor } from '../tensor/execute.js';
import { noGrad } from '../tensor/grad-mode.js';
import { Parameter } from '../tensor/parameter.js';
import { Storage } from '../tensor/storage.js';
import { Tensor } from '../tensor/tensor.js';

export interface LayerRow {
  /** Name in the model, as in the state dict; empty for the model itself. */
  readonly name: string;
  readonly type: string;
  readonly depth: number;
  /** Null where the model was not traced. */
  readonly inputShape: Shape | null;
  readonly outputShape: Shape | null;
  /** Of the layer itself, without those below it. */
  readonly parameters: number;
  readonly trainable: boolean;
  /** Multiply-adds of ops that this layer runs itself. */
  readonly multiplyAdds: number;
}

export interface ModelSummary {
  readonly layers: readonly LayerRow[];
  readonly totalParameters: number;
  readonly trainableParameters: number;
  readonly totalMultiplyAdds: number;
  readonly inputBytes: number;
  /** Of all layers' outputs, forward and again backward. */
  readonly activationBytes: number;
  readonly parameterBytes: number;
}

/** Traces `model` on an input of `inputShape` `[N, C, H, W]`. */
export function summarize(model: Module, inputShape: Shape): ModelSummary {
  const rows: (LayerRow & { multiplyAdds: number; outputShape: Shape })[] = [];
  const open: (typeof rows)[number][] = [];
  const handles = model.namedModules().flatMap(([name, module]) => [
    module.registerForwardPreHook((_, inputs) => {
      const row = {
        ...describe(name, module),
        depth: open.length,
        inputShape: inputs[0]?.shape ?? [],
        outputShape: [],
        multiplyAdds: 0,
      };
      rows.push(row);
      open.push(row);
    }),
    module.registerForwardHook((_, __, output) => {
      const row = open.pop();
      if (row !== undefined) row.outputShape = output.shape;
    }),
  ]);
  const recorder = new CountingRecorder((multiplyAdds) => {
    const row = open.at(-1);
    if (row !== undefined) row.multiplyAdds += multiplyAdds;
  });
  const wasTraining = model.training;
  try {
    model.eval();
    const storage = Storage.symbolic('float32', numel(inputShape));
    const type = { dtype: 'float32', shape: inputShape } as const;
    const input = new Tensor(recorder.argument({ ...type, storage }, 0), inputShape);
    withExecutor(recorder, () => noGrad(() => model(input)));
  } finally {
    recorder.undo();
    for (const handle of handles) handle.remove();
    model.train(wasTraining);
  }
  return totals(rows, model, inputShape);
}

/** Records, and tells what each op costs. */
class CountingRecorder extends Recorder {
  constructor(private readonly tell: (multiplyAdds: number) => void) {
    super();
  }

  override execute(...call: Parameters<Recorder['execute']>): Storage[] {
    const [op, inputs, attrs, types] = call;
    this.tell(op.multiplyAdds?.(operands(inputs), operands(types), attrs) ?? 0);
    return super.execute(...call);
  }

  /** Whatever a forward pass reads from outside is as it is now: there are no later calls. */
  override readsElements(): void {}
}

/** The layers and parameters of `model`, without shapes, for which it takes an input. */
export function listLayers(model: Module): ModelSummary {
  const rows = model.namedModules().map(([name, module]) => ({
    ...describe(name, module),
    depth: name === '' ? 0 : name.split('.').length,
    inputShape: null,
    outputShape: null,
    multiplyAdds: 0,
  }));
  return totals(rows, model, null);
}

/** What a layer's row says of the layer alone. */
function describe(name: string, module: Module) {
  const own = module.members().flatMap(([, m]) => (m instanceof Parameter ? [m] : []));
  return {
    name,
    type: module.constructor.name,
    parameters: own.reduce((sum, p) => sum + p.numel(), 0),
    trainable: own.some((p) => p.requiresGrad),
  };
}

function totals(
  layers: readonly LayerRow[],
  model: Module,
  inputShape: Shape | null,
): ModelSummary {
  const parameters = model.parameters();
  const count = (list: readonly Tensor[]) => list.reduce((sum, p) => sum + p.numel(), 0);
  const isLeaf = (row: LayerRow, i: number) => (layers[i + 1]?.depth ?? 0) <= row.depth;
  return {
    layers,
    totalParameters: count(parameters),
    trainableParameters: count(parameters.filter((p) => p.requiresGrad)),
    totalMultiplyAdds: layers.reduce((sum, row) => sum + row.multiplyAdds, 0),
    inputBytes: inputShape === null ? 0 : 4 * numel(inputShape),
    activationBytes: layers
      .filter(isLeaf)
      .reduce((sum, row) => sum + 2 * 4 * numel(row.outputShape ?? [0]), 0),
    parameterBytes: parameters.reduce((sum, p) => sum + p.numel() * itemSize(p.dtype), 0),
  };
}
