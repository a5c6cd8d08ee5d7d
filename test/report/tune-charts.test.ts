import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderSvg } from '../../src/report/echarts.js';
import { english } from '../../src/report/language/english.js';
import { tuneHistoryChart } from '../../src/report/tune-history.js';
import { tuneImportanceChart } from '../../src/report/tune-importance.js';
import { type TunedAxis, tuneParallelChart } from '../../src/report/tune-parallel.js';
import type { TunedTrial } from '../../src/report/tuned-trial.js';

const objective = { name: 'validation accuracy (%)', minimize: false };
const trials: readonly TunedTrial[] = [
  { trial: 1, values: { lr: 0.1, kind: '<script>' }, epochs: 9, value: 80 },
  { trial: 2, values: { lr: 0.001, kind: 'b' }, epochs: 1, value: 95 },
  { trial: 3, values: { lr: 0.01, kind: 'b' }, epochs: 9, value: null },
  { trial: 4, values: { kind: 'b' }, epochs: 9, value: 90 },
  { trial: 5, values: { lr: 0.02, kind: 'b' }, epochs: 9, value: 85 },
];
const axes: readonly TunedAxis[] = [
  { key: 'lr', kind: { log: [1e-3, 1] } },
  { key: 'kind', kind: { categories: ['<script>', 'b'] } },
];

/** The series of a chart as plain data. */
function seriesOf(option: object): { name?: string; data: readonly never[] }[] {
  return JSON.parse(JSON.stringify(option)).series;
}

test('the history shows the best so far of whole trainings; those that ended early stand apart', () => {
  const chart = tuneHistoryChart(trials, objective, english.tune);
  const found = new Map(seriesOf(chart.option).map(({ name, data }) => [name, data]));
  assert.deepEqual(found.get('ended early'), [[2, 95]]);
  assert.deepEqual(found.get('Trials'), [
    [1, 80],
    [4, 90],
    [5, 85],
  ]);
  assert.deepEqual(found.get('best so far'), [
    [1, 80],
    [4, 90],
    [5, 90],
  ]);
  const falling = tuneHistoryChart(trials, { name: 'loss', minimize: true }, english.tune);
  assert.deepEqual(seriesOf(falling.option).at(-1)?.data, [
    [1, 80],
    [4, 80],
    [5, 80],
  ]);
  assert.match(renderSvg(chart), /^<svg /);
});

test('parallel coordinates draw the best last, and nothing of what failed', () => {
  const chart = tuneParallelChart(trials, axes, objective);
  const [lines] = seriesOf(chart.option);
  assert.deepEqual(
    (lines?.data as readonly { value: unknown }[] | undefined)?.map(({ value }) => value),
    [
      [0.1, 0, 80],
      [0.02, 1, 85],
      ['-', 1, 90],
      [0.001, 1, 95],
    ],
  );
  const svg = renderSvg(chart);
  assert.ok(svg.includes('1e-3') && svg.includes('&lt;script&gt;') && !svg.includes('<script'));
});

test('where less is better the lowest is drawn last, and its axis is turned', () => {
  const { option } = tuneParallelChart(trials, axes, { name: 'loss', minimize: true });
  const [lines] = seriesOf(option);
  const drawn = lines?.data as readonly { value: readonly unknown[] }[];
  assert.deepEqual(
    drawn.map(({ value }) => value.at(-1)),
    [95, 90, 85, 80],
  );
  const { inverse } = (option.parallelAxis as readonly { inverse?: boolean }[]).at(-1) ?? {};
  assert.equal(inverse, true);
});

test('importances are bars in percent, the most important on top', () => {
  const importances = [
    { key: 'optimizer.lr', share: 0.75 },
    { key: 'batchSize', share: 0.25 },
  ];
  const chart = tuneImportanceChart(importances, english.tune);
  assert.deepEqual(seriesOf(chart.option)[0]?.data, [25, 75]); // an axis goes upwards
  assert.ok(renderSvg(chart).includes('optimizer.lr'));
});
