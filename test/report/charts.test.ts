import assert from 'node:assert/strict';
import { test } from 'node:test';
import '../../src/ops/index.js';
import { rocAuc } from '../../src/metrics/auroc.js';
import { confusedPairs } from '../../src/report/charts/confusion.js';
import { smoothed } from '../../src/report/charts/steps.js';
import { averagePrecision, thresholdCurve } from '../../src/report/charts/threshold-curves.js';
import { languages } from '../../src/report/language/words.js';
import { letteredNames } from '../../src/report/lettering/png-text.js';
import { chartFiles, runCharts } from '../../src/report/run-charts.js';
import { decode } from '../../src/vision/codecs/decode.js';
import { pngOfSvg } from '../../src/vision/codecs/sharp.js';
import { hardNames } from './hard-names.js';
import { sampleRecord } from './sample-record.js';

/** The texts of an SVG. */
function texts(svg: string): string[] {
  return [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text = '']) => text);
}

test('a run has all its pictures, each SVG can be read, each PNG has its size', async () => {
  const files = await chartFiles(sampleRecord(['cat', 'dog', 'owl'], 90), languages.en);
  assert.deepEqual(Object.keys(files), [
    'curves.svg',
    'curves.png',
    'steps.svg',
    'lr.svg',
    'confusion.svg',
    'confusion.png',
    'classes.svg',
    'reliability.svg',
    'roc.svg',
  ]);
  for (const [name, content] of Object.entries(files))
    if (typeof content === 'string') await pngOfSvg(content, 1);
    else assert.ok((await decode(content)).width >= 600, name);
  const shown = texts(String(files['curves.svg']));
  for (const text of ['Loss', 'Accuracy (%)', 'training', 'validation', 'test', 'learning rate'])
    assert.ok(shown.includes(text), text);
  assert.equal(shown.filter((text) => text === 'best').length, 2);
  assert.ok(texts(String(files['confusion.svg'])).includes('owl'));
});

test('pictures speak Chinese', async () => {
  const files = await chartFiles(sampleRecord(['猫', '狗'], 40), languages.zh);
  const shown = texts(String(files['curves.svg']));
  for (const text of ['训练', '验证', '测试', '学习率', '轮次', '最佳'])
    assert.ok(shown.includes(text), text);
  assert.ok(texts(String(files['confusion.svg'])).includes('猫'));
});

test('whatever names there are, pictures can be read and hold no markup of theirs', async () => {
  const files = await chartFiles(sampleRecord(hardNames, 600), languages.en);
  for (const [name, content] of Object.entries(files)) {
    if (typeof content !== 'string') continue;
    await pngOfSvg(content, 0.5);
    assert.doesNotMatch(content, /<script|<img|[\p{Cs}\u202e]/u, name);
  }
  assert.ok(String(files['confusion.svg']).length < 1e6);
});

test('classes of PNGs have letters, or their numbers where there are none', () => {
  const names = ['cat', 'façade', '猫', '<b>', '😀 cat', '猫 (cat)', 'ねこ', '𠮷'];
  assert.deepEqual(letteredNames(names, false), [
    'cat',
    'facade',
    '#2',
    '<b>',
    '#4',
    '#5',
    '#6',
    '#7',
  ]);
  assert.deepEqual(letteredNames(names, true), [
    'cat',
    'facade',
    '猫',
    '<b>',
    '#4',
    '猫 (cat)',
    '#6', // only what any Chinese font has
    '#7',
  ]);
});

test('a chart is plain data: a page can be given it as JSON', () => {
  const charts = runCharts(sampleRecord(['a', 'b'], 40), languages.en);
  assert.equal(Object.keys(charts).length, 9);
  for (const { option } of Object.values(charts))
    assert.deepEqual(JSON.parse(JSON.stringify(option)), option);
});

test('spikes stay where there are more steps than pixels', () => {
  const { steps } = runCharts(sampleRecord(['a', 'b'], 40), languages.en);
  const [raw] = steps.option.series as { data: [number, number][] }[];
  const data = raw?.data ?? [];
  assert.ok(data.length <= 802);
  assert.ok(data.some(([step, loss]) => step === 1235 && loss > 9));
});

test('what is not spiky is shown at places that are even, from the first step to the last', () => {
  const { steps } = runCharts(sampleRecord(['a', 'b'], 40), languages.en);
  const [raw, smooth] = steps.option.series as { data: [number, number][] }[];
  const places = (smooth?.data ?? []).map(([step]) => step);
  const gaps = places.slice(1).map((step, i) => step - (places[i] ?? 0));
  assert.ok(Math.max(...gaps) - Math.min(...gaps) <= 1, `${gaps}`);
  assert.deepEqual([places[0], places.at(-1)], [raw?.data[0]?.[0], raw?.data.at(-1)?.[0]]);
});

test('lines of many points have no dots', () => {
  const charts = runCharts(sampleRecord(['a', 'b'], 40), languages.en);
  for (const chart of [charts.steps, charts.rates])
    for (const series of chart.option.series as { showSymbol?: boolean }[])
      assert.equal(series.showSymbol, false);
});

test('of a curve of many samples as many points are drawn as can be seen, its ends among them', () => {
  const { roc } = runCharts(sampleRecord(['a', 'b'], 5000), languages.en);
  const curves = (roc?.option.series ?? []) as { data: [number, number][] }[];
  assert.equal(curves.length, 2);
  for (const { data } of curves) {
    assert.ok(data.length <= 121, `${data.length} points`);
    assert.deepEqual(
      [data[0], data.at(-1)],
      [
        [0, 0],
        [1, 1],
      ],
    );
    const steps = data
      .slice(1)
      .map(([x, y], n) => x - (data[n]?.[0] ?? 0) + y - (data[n]?.[1] ?? 0));
    // A sample moves a curve by a 2500th: only that is added to a step that is long enough.
    assert.ok(Math.max(...steps) < 2 / 120 + 0.003, `${Math.max(...steps)}`);
  }
});

test('smoothing keeps a constant, from the first value on', () => {
  const values = smoothed(new Array(500).fill(3));
  for (const value of values) assert.ok(Math.abs(value - 3) < 1e-9);
  assert.deepEqual(smoothed([1, 5]), [1, 5]); // few steps are shown as they are
});

test('the area under a curve is the AUC, and mean precision is scikit-learn’s', () => {
  // roc_curve, precision_recall_curve and average_precision_score of scikit-learn's own example, with a tie
  const scores = [0.1, 0.4, 0.35, 0.8, 0.4];
  const positive = [false, false, true, true, true];
  const curve = thresholdCurve(scores, positive);
  assert.deepEqual(curve.truePositiveRate, [0, 1 / 3, 2 / 3, 1, 1]);
  assert.deepEqual(curve.falsePositiveRate, [0, 0, 0.5, 0.5, 1]);
  assert.deepEqual(curve.precision, [1, 1, 2 / 3, 3 / 4, 3 / 5]);
  assert.ok(Math.abs(averagePrecision(curve) - (1 + 2 / 3 + 3 / 4) / 3) < 1e-12);
  let area = 0;
  for (let n = 1; n < curve.precision.length; n++) {
    const [x, y] = [curve.falsePositiveRate, curve.truePositiveRate];
    area += (((x[n] ?? 0) - (x[n - 1] ?? 0)) * ((y[n] ?? 0) + (y[n - 1] ?? 0))) / 2;
  }
  assert.ok(Math.abs(area - rocAuc(scores, positive)) < 1e-12);
});

test('pairs are sorted by how often they are confused', () => {
  const counts = [
    [9, 1, 0],
    [4, 2, 0],
    [0, 3, 5],
  ];
  assert.deepEqual(confusedPairs(counts, 2), [
    { actual: 1, predicted: 0, count: 4 },
    { actual: 2, predicted: 1, count: 3 },
  ]);
});
