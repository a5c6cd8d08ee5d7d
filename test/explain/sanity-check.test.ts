import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as explain from '../../src/explain/index.js';
import { rankCorrelation } from '../../src/explain/rank-correlation.js';
import { Generator } from '../../src/tensor/generator.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { filledNet, pictures } from './net.js';

/** Shows edges of the picture, whatever the model. */
class Edges extends explain.AttributionMethod {
  protected override explain(images: Tensor, choose: explain.ChooseTargets): explain.Attribution {
    const targets = choose(this.model(images));
    const values = images.sub(images.roll(1, 3)).abs();
    return { heatmap: values.sum(1), values, targets };
  }
}

/** Notes which classes it has explained. */
class Noting extends explain.GradCAM {
  readonly explained: unknown[] = [];

  protected override explain(images: Tensor, choose: explain.ChooseTargets) {
    return super.explain(images, (scores) => {
      const targets = choose(scores);
      this.explained.push({ targets: targets.toArray(), best: scores.argmax(1).toArray() });
      return targets;
    });
  }
}

test('ranks and their correlation', () => {
  assert.equal(rankCorrelation([1, 2, 3], [10, 20, 100]), 1);
  assert.equal(rankCorrelation([1, 2, 3], [3, 2, 1]), -1);
  // Ranks less their mean: −1.5, 0, 0, 1.5 and 1.5, −1.5, 0.5, −0.5.
  assert.ok(Math.abs(rankCorrelation([1, 2, 2, 4], [4, 1, 3, 2]) + 3 / Math.sqrt(4.5 * 5)) < 1e-12);
  assert.equal(rankCorrelation([1, 1], [2, 2]), 1);
  assert.equal(rankCorrelation([1, 1], [1, 2]), 0);
});

test('a map that does not depend on the model is found out, one that does is not', () => {
  const net = filledNet();
  const before = [...net.stateDict()].map(([key, tensor]) => [key, tensor.toArray()]);
  const options = () => ({ generator: new Generator(3), numStages: 3 });
  const edges = explain.sanityCheck(new Edges(net), pictures, options());
  assert.equal(edges.dependsOnModel, false);
  assert.deepEqual(
    edges.stages.map(({ similarity }) => similarity),
    [1, 1, 1],
  );
  assert.match(edges.verdict, /^the maps do not depend on what the model has learned/);
  for (const name of ['saliency', 'hirescam']) {
    const found = explain.sanityCheck(explain.createMethod(name, net), pictures, options());
    assert.equal(found.dependsOnModel, true, `${name}: ${found.verdict}`);
    assert.deepEqual(
      found.stages.map(({ layer }) => layer),
      ['fc1', 'conv2', 'conv1'], // of fc2, fc1, conv2, bn1, conv1 in three steps
    );
    const again = explain.sanityCheck(explain.createMethod(name, net), pictures, options());
    assert.deepEqual(again, found);
  }
  assert.deepEqual(
    [...net.stateDict()].map(([key, tensor]) => [key, tensor.toArray()]),
    before,
  );
});

test('a random model is asked for the classes that the trained one has said, not for its own', async () => {
  for (const check of [explain.sanityCheck, explain.sanityCheckAsync]) {
    const method = new Noting(filledNet());
    await check(method, pictures, { generator: new Generator(3), numStages: 3 });
    const [trained, ...random] = method.explained as { targets: number[]; best: number[] }[];
    assert.deepEqual(trained?.targets, trained?.best);
    assert.deepEqual(
      random.map(({ targets }) => targets),
      [1, 2, 3].map(() => trained?.targets),
    );
    assert.notDeepEqual(random.at(-1)?.best, trained?.best, 'it would have said others');
  }
});
