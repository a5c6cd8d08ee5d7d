import { formatShape } from '../core/shape.js';
import type { LayerRow, ModelSummary } from './model-summary.js';

/** The summary as a table, in torchinfo's columns; those of shapes are left out where the model was not traced. */
export function formatSummary(summary: ModelSummary): string {
  const traced = summary.layers[0]?.inputShape !== null;
  const shown = traced ? [0, 1, 2, 3, 4] : [0, 3];
  const cells = [
    ['Layer (type:depth-idx)', 'Input', 'Output', 'Param #', 'Mult-Adds'],
    ...rowsOf(summary.layers),
  ];
  const widths = shown.map((column) => Math.max(...cells.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]) =>
    shown
      .map((column, i) => [row[column] ?? '', widths[i] ?? 0, column < 3] as const)
      .map(([cell, width, isText]) => (isText ? cell.padEnd(width) : cell.padStart(width)))
      .join('  ')
      .trimEnd();
  const [header = [], ...rows] = cells;
  const rule = '='.repeat(widths.reduce((sum, width) => sum + width + 2, -2));
  const { totalParameters, trainableParameters, inputBytes, activationBytes, parameterBytes } =
    summary;
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
    ...(traced
      ? [
          `Total mult-adds (M): ${mega(summary.totalMultiplyAdds)}`,
          rule,
          `Input size (MB): ${mega(inputBytes)}`,
          `Forward/backward pass size (MB): ${mega(activationBytes)}`,
          `Params size (MB): ${mega(parameterBytes)}`,
          `Estimated total size (MB): ${mega(inputBytes + activationBytes + parameterBytes)}`,
        ]
      : []),
    rule,
  ].join('\n');
}

function rowsOf(layers: readonly LayerRow[]): string[][] {
  const seen: number[] = [];
  return layers.map(({ depth, type, inputShape, outputShape, ...row }) => {
    seen[depth] = (seen[depth] ?? 0) + 1;
    const label = depth === 0 ? type : `├─${type}: ${depth}-${seen[depth]}`;
    const parameters = row.parameters.toLocaleString('en');
    return [
      `${'│    '.repeat(Math.max(0, depth - 1))}${label}`,
      formatShape(inputShape ?? []),
      formatShape(outputShape ?? []),
      row.parameters === 0 ? '--' : row.trainable ? parameters : `(${parameters})`,
      row.multiplyAdds === 0 ? '--' : row.multiplyAdds.toLocaleString('en'),
    ];
  });
}
