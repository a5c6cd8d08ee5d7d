/**
 * A network layer by layer, in torchinfo's columns. The forward pass is traced, not run: ops tell their shapes and
 * multiply-adds, so even a large network takes milliseconds.
 */
import { itemSize } from '../core/dtype.js';
import { formatShape, numel, type Shape } from '../core/shape.js';
import { operands } from '../graph/op.js';
import type { Module } from '../nn/module.js';
import { type Executor, withExecutor } from '../tensor/execute.js';
import { noGrad } from '../tensor/grad-mode.js';
import { Parameter } from '../tensor/parameter.js';
import { Storage } from '../tensor/storage.js';
import { Tensor } from '../tensor/tensor.js';

export interface LayerRow {
  /** Name in the model, as in the state dict; empty for the model itself. */
  readonly name: string;
  readonly type: string;
  readonly depth: number;
  readonly inputShape: Shape;
  readonly outputShape: Shape;
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
      const own = module.members().flatMap(([, m]) => (m instanceof Parameter ? [m] : []));
      const row = {
        name,
        type: module.constructor.name,
        depth: open.length,
        inputShape: inputs[0]?.shape ?? [],
        outputShape: [],
        parameters: own.reduce((sum, p) => sum + p.numel(), 0),
        trainable: own.some((p) => p.requiresGrad),
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
  const tracer: Executor = {
    execute(op, inputs, attrs, types) {
      const row = open.at(-1);
      if (row !== undefined)
        row.multiplyAdds += op.multiplyAdds?.(operands(inputs), operands(types), attrs) ?? 0;
      return types.map(({ dtype, shape }) => Storage.symbolic(dtype, numel(shape)));
    },
  };
  const wasTraining = model.training;
  try {
    model.eval();
    const input = new Tensor(Storage.symbolic('float32', numel(inputShape)), inputShape);
    withExecutor(tracer, () => noGrad(() => model(input)));
  } finally {
    for (const handle of handles) handle.remove();
    model.train(wasTraining);
  }
  return totals(rows, model, inputShape);
}

function totals(layers: readonly LayerRow[], model: Module, inputShape: Shape): ModelSummary {
  const parameters = model.parameters();
  const count = (list: readonly Tensor[]) => list.reduce((sum, p) => sum + p.numel(), 0);
  const isLeaf = (row: LayerRow, i: number) => (layers[i + 1]?.depth ?? 0) <= row.depth;
  return {
    layers,
    totalParameters: count(parameters),
    trainableParameters: count(parameters.filter((p) => p.requiresGrad)),
    totalMultiplyAdds: layers.reduce((sum, row) => sum + row.multiplyAdds, 0),
    inputBytes: 4 * numel(inputShape),
    activationBytes: layers
      .filter(isLeaf)
      .reduce((sum, row) => sum + 2 * 4 * numel(row.outputShape), 0),
    parameterBytes: parameters.reduce((sum, p) => sum + p.numel() * itemSize(p.dtype), 0),
  };
}

/** The summary as a table. */
export function formatSummary(summary: ModelSummary): string {
  const seen: number[] = [];
  const rows = summary.layers.map((row) => {
    seen[row.depth] = (seen[row.depth] ?? 0) + 1;
    const label = row.depth === 0 ? row.type : `${row.type}: ${row.depth}-${seen[row.depth]}`;
    return [
      `${'│    '.repeat(Math.max(0, row.depth - 1))}${row.depth === 0 ? '' : '├─'}${label}`,
      formatShape(row.inputShape),
      formatShape(row.outputShape),
      row.parameters === 0
        ? '--'
        : row.trainable
          ? row.parameters.toLocaleString('en')
          : `(${row.parameters.toLocaleString('en')})`,
      row.multiplyAdds === 0 ? '--' : row.multiplyAdds.toLocaleString('en'),
    ];
  });
  const header = ['Layer (type:depth-idx)', 'Input', 'Output', 'Param #', 'Mult-Adds'];
  const widths = header.map((title, i) =>
    Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => (i < 3 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd();
  const rule = '='.repeat(widths.reduce((sum, width) => sum + width + 2, -2));
  const { totalParameters, trainableParameters } = summary;
  const mega = (bytes: number) => (bytes / 1e6).toFixed(2);
  return [
    rule,
    line(header),
    rule,
    ...rows.map(line),
    rule,
    `Total params: ${totalParameters.toLocaleString('en')}`,
    `Trainable params: ${trainableParameters.toLocaleString('en')}`,
    `Non-trainable params: ${(totalParameters - trainableParameters).toLocaleString('en')}`,
    `Total mult-adds (M): ${mega(summary.totalMultiplyAdds)}`,
    rule,
    `Input size (MB): ${mega(summary.inputBytes)}`,
    `Forward/backward pass size (MB): ${mega(summary.activationBytes)}`,
    `Params size (MB): ${mega(summary.parameterBytes)}`,
    `Estimated total size (MB): ${mega(summary.inputBytes + summary.activationBytes + summary.parameterBytes)}`,
    rule,
  ].join('\n');
}
