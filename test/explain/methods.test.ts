import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gaussLegendre } from '../../src/explain/gauss-legendre.js';
import * as explain from '../../src/explain/index.js';
import { principalComponents } from '../../src/explain/principal-components.js';
import * as nn from '../../src/nn/index.js';
import { stack } from '../../src/ops/functions.js';
import { randn } from '../../src/ops/random.js';
import { grad } from '../../src/tensor/autograd.js';
import { tensor, zeros } from '../../src/tensor/creation.js';
import { Generator, manualSeed } from '../../src/tensor/generator.js';
import { noGrad } from '../../src/tensor/grad-mode.js';
import { assertClose } from '../nn/close.js';
import { filledNet, pictures } from './net.js';

const net = filledNet();

test('the quadrature integrates polynomials of degree 2n − 1 exactly', () => {
  for (const n of [1, 2, 5, 50])
    for (const degree of [0, 1, 2 * n - 1]) {
      const found = gaussLegendre(n).reduce((sum, p) => sum + p.weight * p.place ** degree, 0);
      assert.ok(Math.abs(found * (degree + 1) - 1) < 1e-12, `${n} points, degree ${degree}`);
    }
});

test('integrated gradients tell whether they add up to what they explain', () => {
  const missed = (numSteps: number) => {
    const { values, targets, completeness } = new explain.IntegratedGradients(net, {
      numSteps,
    }).attribute(pictures);
    const scores = noGrad(() => net.eval()(pictures));
    const dark = noGrad(() => net.eval()(zeros(pictures.shape)));
    [...targets.data].forEach((k, n) => {
      const difference = scores.at(n, k).item() - dark.at(n, k).item();
      const told = completeness?.difference.at(n).item() ?? Number.NaN;
      const delta = completeness?.delta.at(n).item() ?? Number.NaN;
      assert.ok(Math.abs(told - difference) < 1e-5);
      assert.ok(Math.abs(values.at(n).sum().item() - difference - delta) < 1e-5);
    });
    return completeness?.delta.abs().amax().item() ?? Number.NaN;
  };
  assert.ok(missed(200) < 0.005, `${missed(200)}`);
  assert.ok(missed(1) > 5 * missed(200), `${missed(1)} in one step`);
});

test('SmoothGrad is the mean of the gradients at its noisy pictures, the same for the same seed', () => {
  const options = () => ({ numSamples: 3, noiseLevel: 0.2, generator: new Generator(5) });
  const found = new explain.SmoothGrad(net, options()).attribute(pictures);
  const again = new explain.SmoothGrad(net, options()).attribute(pictures);
  assert.deepEqual(again.values.toArray(), found.values.toArray());

  const { generator } = options();
  let sum = zeros(pictures.shape);
  for (let i = 0; i < 3; i++) {
    const noise = randn(pictures.shape, { generator });
    const gradients = [...found.targets.data].map((target, n) => {
      const picture = pictures.at(n);
      const range = picture.amax().item() - picture.amin().item();
      const x = picture
        .add(noise.at(n).mul(0.2 * range))
        .unsqueeze(0)
        .requiresGrad_();
      return grad(net.eval()(x).at(0, target), [x])[0]?.squeeze(0) ?? zeros([]);
    });
    sum = sum.add(stack(gradients));
  }
  assertClose(found.values, [...sum.div(3).data], 1e-4, 'mean gradient');
  // The strongest channel of each pixel, whichever sign its gradient has.
  const strongest = sum.div(3).abs().amax(1);
  assertClose(found.heatmap, [...strongest.data], 1e-4, 'heatmap');

  manualSeed(4);
  const first = new explain.SmoothGrad(net).attribute(pictures).heatmap.toArray();
  manualSeed(4);
  assert.deepEqual(new explain.SmoothGrad(net).attribute(pictures).heatmap.toArray(), first);
});

test('augSmooth is the mean over the picture and its mirror image at three contrasts', () => {
  const cam = new explain.GradCAM(net);
  const found = cam.attribute(pictures, { augSmooth: true });
  const target = found.targets;
  assert.deepEqual(target.toArray(), cam.attribute(pictures).targets.toArray());
  const views = [0.9, 1, 1.1].flatMap((contrast) => {
    const view = pictures.mul(contrast);
    const mirrored = cam.attribute(view.flip(-1), { target });
    return [cam.attribute(view, { target }).heatmap, mirrored.heatmap.flip(-1)];
  });
  const mean = views.reduce((sum, view) => sum.add(view)).div(6);
  assertClose(found.heatmap, [...mean.data], 1e-5, 'heatmap');
});

test('pictures of a batch do not see each other', () => {
  for (const name of explain.methodNames.filter((one) => one !== 'smoothgrad')) {
    const method = explain.createMethod(name, net);
    const together = method.attribute(pictures).heatmap;
    const alone = method.attribute(pictures.narrow(0, 1, 1)).heatmap;
    assertClose(together.at(1), [...alone.data], 1e-5, name);
  }
});

test('a layer is named or found, once', () => {
  const cam = new explain.GradCAM(net);
  assert.equal(cam.attribute(pictures).layer, 'conv2');
  assert.throws(() => new explain.GradCAM(net, { layer: 'conv9' }), {
    name: 'ValueError',
    message: /'conv9': Net has no 'conv9'; it has conv1, bn1/,
  });
  assert.deepEqual(
    explain.mapLayers(net, pictures).map(({ name, type, shape }) => `${name} ${type} ${shape}`),
    ['conv1 Conv2d 6,12,10', 'bn1 BatchNorm2d 6,12,10', 'relu1 ReLU 6,12,10'].concat([
      'conv2 Conv2d 8,6,5',
      'relu2 ReLU 8,6,5',
      'pool MaxPool2d 8,3,2',
    ]),
  );
});

test('what cannot be explained is refused by name', () => {
  const cases: readonly (readonly [() => unknown, RegExp])[] = [
    [
      () => new explain.Saliency(net).attribute(pictures.at(0)),
      /^Saliency: images \[3,12,10\] must be/,
    ],
    [() => new explain.Saliency(net).attribute(pictures.int()), /int32, float32 is required/],
    [
      () => new explain.Saliency(net).attribute(pictures, { target: 4 }),
      /target=4 must be .* 0 to 3$/,
    ],
    [() => new explain.Saliency(net).attribute(pictures, { target: [1] }), /names 1 classes/],
    [() => new explain.Occlusion(net, { windowSize: 20 }).attribute(pictures), /windowSize 20×20/],
    [() => new explain.ScoreCAM(net, { batchSize: 0 }), /^ScoreCAM: batchSize=0/],
    [() => new explain.SmoothGrad(net, { noiseLevel: 2 }), /noiseLevel=2 .* from 0 to 1/],
    [
      () => explain.createMethod('grad-cam', net),
      /method='grad-cam' must be one of .*; did you mean gradcam\?$/,
    ],
    [() => new explain.Saliency((() => pictures) as never), /must be a Module/],
    [() => new explain.GradCAM(new nn.Linear(2, 2)).attribute(pictures), /linear: input/],
    [() => new explain.GradCAM(new nn.Flatten()).attribute(pictures), /no convolution/],
    [() => explain.firstLayerFilters(new nn.ReLU()), /no convolution/],
    [() => explain.featureMaps(net, pictures, { layers: ['fc1'] }), /'fc1' gives \[3,7\]/],
  ];
  for (const [call, message] of cases) assert.throws(call, { message });
});

test('feature maps are what the layers give', () => {
  const found = explain.featureMaps(net, pictures, { layers: ['relu1', 'conv1'] });
  assert.deepEqual(
    found.map(({ layer, type, shape }) => [layer, type, shape]),
    [
      ['conv1', 'Conv2d', [3, 6, 12, 10]],
      ['relu1', 'ReLU', [3, 6, 12, 10]],
    ],
  );
  assert.deepEqual(found[0]?.maps.toArray(), noGrad(() => net.conv1(pictures)).toArray());
  const { layer, weight } = explain.firstLayerFilters(net);
  assert.deepEqual([layer, weight.toArray()], ['conv1', net.conv1.weight.toArray()]);
});

test('principal components of points on a line and a plane', () => {
  const points = [0, 1, 2, 3, 4, 5].map((t) => [3 * t, 4 * t + (t % 2), 0]);
  const at = (r: number, c: number) => points[r]?.[c] ?? 0;
  const { scores, explained } = principalComponents(6, 3, at, 2);
  const turned = principalComponents(3, 6, (r, c) => at(c, r), 2); // more columns than rows
  assert.ok(Math.abs(explained.reduce((sum, share) => sum + share) - 1) < 1e-9);
  assert.ok(explained[0] !== undefined && explained[0] > 0.98);
  const distance = (i: number, j: number) =>
    Math.hypot(...[0, 1].map((k) => (scores[2 * i + k] ?? 0) - (scores[2 * j + k] ?? 0)));
  assert.ok(Math.abs(distance(0, 5) - Math.hypot(15, 21)) < 1e-6); // all in the plane: distances stay
  assert.equal(turned.explained.length, 2);
});

test('embeddings are what the last Linear decides by, or what a layer gives', () => {
  const last = explain.embeddings(net, pictures);
  assert.deepEqual(last.shape, [3, 7]);
  const scores = noGrad(() => net.eval()(pictures));
  assertClose(
    noGrad(() => net.fc2(last)),
    [...scores.data],
    1e-6,
    'scores',
  );
  const maps = explain.embeddings(net, pictures, { layer: 'relu1' });
  const [own] = explain.featureMaps(net, pictures, { layers: ['relu1'] });
  assert.deepEqual(maps.toArray(), own?.maps.mean([2, 3]).toArray());
  assert.throws(() => explain.embeddings(net, pictures, { layer: 'conv9' }), {
    name: 'ValueError',
  });
});

test('principal components equal those of a singular value decomposition', () => {
  // numpy: u, s, vt = svd(x - x.mean(0)); u * s, each column turned so that its largest element is positive
  const x = tensor([
    [2, 0, 1],
    [0, 1, 3],
    [4, 4, 0],
    [1, 2, 2],
  ]);
  const { points, explained } = explain.pca(x);
  assertClose(
    points,
    [-0.5995182, 1.7365306, -2.3106256, -0.7253765, 3.5046172, -0.3015537, -0.5944734, -0.7096003],
    1e-5,
    'points',
  );
  assertClose(explained, [0.8148512, 0.1838301], 1e-6, 'explained');
});
