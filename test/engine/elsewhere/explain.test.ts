/** What explains a network says, where nothing is waited for, what it says on `reference`, to the bit; what reads elements is awaited, or refused by name. */
import assert from 'node:assert/strict';
import { after, afterEach, describe, test } from 'node:test';
import { EngineError } from '../../../src/core/errors.js';
import type { Engine } from '../../../src/engine/engine.js';
import { currentEngine } from '../../../src/engine/select.js';
import * as explain from '../../../src/explain/index.js';
import { Generator, manualSeed, type Tensor, useEngine } from '../../../src/index.js';
import { filledNet, pictures } from '../../explain/net.js';
import { openElsewhere } from './engine.js';

const shown = explain.toPicture(pictures.at(0));
const engine = openElsewhere(false);
afterEach(() => useEngine('reference'));
after(() => engine.stop());

type Net = ReturnType<typeof filledNet>;

/** The network, and numbers to be drawn, before the engine is chosen. */
function filledHere(): Net {
  useEngine('reference');
  manualSeed(1);
  return filledNet();
}

/** On `reference` and where nothing is waited for, with the same network and the same noise. */
async function same<T>(computed: (net: Net) => Promise<T>): Promise<T> {
  const on = async (which: string | Engine) => {
    const net = filledHere();
    useEngine(which);
    return await computed(net);
  };
  const expected = await on('reference');
  assert.deepEqual(await on(engine), expected);
  return expected;
}

/** All that is said of pictures, read one after the other. */
async function told({ heatmap, values, targets, completeness }: explain.Attribution) {
  const { difference, delta } = completeness ?? {};
  const tensors = [heatmap, values, targets, explain.normalize(heatmap), difference, delta];
  const numbers = [];
  for (const tensor of tensors) numbers.push(await tensor?.toArrayAsync());
  return numbers;
}

describe('explanations where nothing is waited for', () => {
  for (const name of explain.methodNames)
    test(`${name} has the maps of engine reference`, async () => {
      await same(
        async (net) => await told(await explain.createMethod(name, net).attributeAsync(pictures)),
      );
      const method = explain.createMethod(name, filledHere());
      useEngine(engine);
      if (name !== 'eigencam') assert.equal(method.attribute(pictures).heatmap.device, 'gpu');
      else refused(() => method.attribute(pictures), /^EigenCAM: .*await method\.attributeAsync\(/);
    });

  test('views are awaited, all six', async () => {
    await same(async (net) => {
      const method = new explain.EigenCAM(net);
      return await told(await method.attributeAsync(pictures, { augSmooth: true, target: 1 }));
    });
  });

  test('the sanity check explains the classes of before, and compares with the map of before', async () => {
    const { stages } = await same(async (net) => {
      const method = new explain.GradCAM(net);
      const generator = new Generator(3);
      const weights = async () => {
        const numbers = [];
        for (const tensor of net.stateDict().values()) numbers.push(await tensor.toArrayAsync());
        return numbers;
      };
      const trained = await weights();
      const report = await explain.sanityCheckAsync(method, pictures, { numStages: 3, generator });
      assert.deepEqual(await weights(), trained);
      return report;
    });
    assert.equal(new Set(stages.map(({ similarity }) => similarity)).size, 3);
    const method = new explain.GradCAM(filledHere());
    useEngine(engine);
    refused(() => explain.sanityCheck(method, pictures), /await explain\.sanityCheckAsync\(/);
  });

  test('pictures, components and maps of embeddings are made of what has been read', async () => {
    await same(async (net) => {
      const { heatmap } = new explain.LayerCAM(net).attribute(pictures);
      const [maps] = explain.featureMaps(net, pictures, { layers: ['conv1'] });
      assert.ok(maps !== undefined);
      const { weight } = explain.firstLayerFilters(net);
      const features = explain.embeddings(net, pictures);
      const found: unknown[] = [
        await (
          await explain.umap(explain.embeddings(net, pictures), { neighbors: 2 })
        ).toArrayAsync(),
      ];
      const made: readonly (readonly [RegExp, Tensor, (x: Tensor) => unknown])[] = [
        [/^overlay: /, heatmap.at(0), (x) => explain.overlay(shown, x).data],
        [/^toPicture: /, pictures.mul(2).at(0), (x) => explain.toPicture(x).data],
        [/^featureGrid: /, maps.maps.at(0), (x) => explain.featureGrid(x).data],
        [/^filterGrid: /, weight.mul(1), (x) => explain.filterGrid(x).data],
        [/^pca: /, features, (x) => explain.pca(x).points.data],
      ];
      for (const [message, tensor, make] of made) {
        if (currentEngine() === engine) refused(() => make(tensor), message);
        await tensor.dataAsync();
        found.push(make(tensor));
      }
      return found;
    });
  });
});

function refused(read: () => unknown, message: RegExp): void {
  assert.throws(read, (error) => error instanceof EngineError && message.test(error.message));
}
