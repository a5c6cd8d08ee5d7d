/** What explains a network says on a software adapter what it says on engine `reference`. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { Engine } from '../../../src/engine/engine.js';
import { useEngine } from '../../../src/engine/select.js';
import type { WebGpuEngine } from '../../../src/engine/webgpu/webgpu.js';
import * as explain from '../../../src/explain/index.js';
import { manualSeed } from '../../../src/tensor/generator.js';
import { filledNet, pictures } from '../../explain/net.js';
import { assertClose } from '../../nn/close.js';
import { software, withoutAdapter } from './machine.js';

const tolerance = 1e-4;

after(() => {
  useEngine('reference');
  if (typeof software !== 'string') software.stop();
});

/** Runs `fn` on an engine, with the same network and the same noise each time. */
function on<T>(engine: string | Engine, fn: (net: ReturnType<typeof filledNet>) => T): T {
  useEngine('reference');
  const net = filledNet();
  manualSeed(1);
  useEngine(engine);
  return fn(net);
}

describe('explanations on a software adapter', { skip: withoutAdapter }, () => {
  const engine = software as WebGpuEngine; // Else all of this is skipped.

  for (const name of explain.methodNames)
    test(`${name} has the maps of engine reference`, () => {
      const said = (given: string | Engine) =>
        on(given, (net) => {
          const found = explain.createMethod(name, net).attribute(pictures);
          const { difference, delta } = found.completeness ?? {};
          // Their sum: of sums that nearly agree, what they miss each other by is mostly rounding.
          const sum = difference?.add(delta ?? 0).data;
          return { ...found, difference: difference?.data, sum };
        });
      const expected = said('reference');
      const found = said(engine);
      assert.equal(found.heatmap.device, 'gpu');
      assert.deepEqual(found.targets.toArray(), expected.targets.toArray());
      assertClose(found.heatmap, [...expected.heatmap.data], tolerance, 'heatmap');
      assertClose(found.values, [...expected.values.data], tolerance, 'values');
      for (const key of ['difference', 'sum'] as const)
        assertClose(found[key] ?? [], [...(expected[key] ?? [])], tolerance, key);
    });

  test('pictures of maps, principal components and the sanity check are those of engine reference', () => {
    const said = (given: string | Engine) =>
      on(given, (net) => {
        const { heatmap } = new explain.LayerCAM(net).attribute(pictures);
        const shown = explain.overlay(explain.toPicture(pictures.at(0)), heatmap.at(0));
        const [maps] = explain.featureMaps(net, pictures, { layers: ['conv1'] });
        const grid = maps && explain.featureGrid(maps.maps.at(0));
        const filters = explain.filterGrid(explain.firstLayerFilters(net).weight);
        const { points } = explain.pca(explain.embeddings(net, pictures));
        const { stages } = explain.sanityCheck(new explain.GradCAM(net), pictures, {
          numStages: 2,
        });
        const similarity = stages.map((stage) => stage.similarity);
        return { images: [shown, grid, filters], points: points.data, similarity };
      });
    const expected = said('reference');
    const found = said(engine);
    found.images.forEach((image, k) => {
      const wanted = expected.images[k];
      assert.ok(image !== undefined && wanted !== undefined);
      image.data.forEach((level, i) => {
        assert.ok(Math.abs(level - (wanted.data[i] ?? 0)) <= 1, `picture ${k}, byte ${i}`);
      });
    });
    assertClose(found.points, [...expected.points], tolerance, 'points');
    assertClose(found.similarity, expected.similarity, 1e-2, 'similarity');
  });
});
