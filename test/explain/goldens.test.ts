/** Attributions equal what PyTorch's autograd computes for the same network and pictures (scripts/goldens/explain.py). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as explain from '../../src/explain/index.js';
import { noGrad } from '../../src/tensor/grad-mode.js';
import { assertClose } from '../nn/close.js';
import { readGolden } from '../nn/golden.js';
import { baseline, filledNet, pictures } from './net.js';

interface Golden {
  readonly top1: number[];
  readonly chosen: number[];
  readonly scores: number[];
  readonly methods: Readonly<Record<string, { values: number[]; heatmap: number[] }>>;
}

const golden = readGolden<Golden>('explain.json');
const net = filledNet();
const { GradCAM, GradCAMPlusPlus, HiResCAM, LayerCAM, EigenCAM } = explain;
const methods: Record<string, explain.AttributionMethod> = {
  'ScoreCAM chosen': new explain.ScoreCAM(net, { batchSize: 3 }),
  Saliency: new explain.Saliency(net),
  IntegratedGradients: new explain.IntegratedGradients(net),
  'IntegratedGradients baseline': new explain.IntegratedGradients(net, { baseline, numSteps: 7 }),
  Occlusion: new explain.Occlusion(net, { batchSize: 5 }),
  'Occlusion options': new explain.Occlusion(net, {
    windowSize: [5, 4],
    stride: [3, 4],
    baseline: 0.25,
  }),
};
for (const Cam of [GradCAM, GradCAMPlusPlus, HiResCAM, LayerCAM, EigenCAM]) {
  methods[Cam.name] = new Cam(net);
  methods[`${Cam.name} relu1 chosen`] = new Cam(net, { layer: 'relu1' });
}

test('the network has the scores of PyTorch’s', () => {
  const scores = noGrad(() => net.eval()(pictures));
  assertClose(scores, golden.scores, 1e-5, 'scores');
});

test('every golden has its method', () => {
  assert.deepEqual(Object.keys(methods).sort(), Object.keys(golden.methods).sort());
});

for (const [name, method] of Object.entries(methods))
  test(`${name} equals PyTorch’s`, () => {
    const chosen = /chosen|options|baseline/.test(name);
    const target = chosen ? golden.chosen : undefined;
    const found = method.attribute(pictures, { target });
    assert.deepEqual(found.targets.toArray(), chosen ? golden.chosen : golden.top1);
    const { values = [], heatmap = [] } = golden.methods[name] ?? {};
    assertClose(found.values, values, 1e-4, `${name} values`);
    assertClose(found.heatmap, heatmap, 1e-4, `${name} heatmap`);
    assert.deepEqual(found.heatmap.shape, [3, 12, 10]);
  });
