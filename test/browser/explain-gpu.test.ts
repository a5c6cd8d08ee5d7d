/** What explains a network says on a page's GPU, on Chromium's software adapter, what engine `reference` says in the same page. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assertClose } from '../nn/close.js';
import { skip } from './open-page.js';
import { openScript } from './open-script.js';

const script = `import * as wick from 'wick/browser';
const { explain, nn } = wick;

const net = () => new nn.Sequential(
  new nn.Conv2d(3, 6, 3, { padding: 1 }), new nn.BatchNorm2d(6), new nn.ReLU(),
  new nn.Conv2d(6, 8, 3, { stride: 2, padding: 1 }), new nn.ReLU(), new nn.MaxPool2d(2),
  new nn.Flatten(), new nn.Linear(48, 7), new nn.Tanh(), new nn.Linear(7, 4),
);

const list = async (tensor) => tensor === undefined ? [] : [...(await tensor.dataAsync())];
const thrown = (fn) => { try { fn(); return ''; } catch (error) { return String(error); } };

async function said(engine) {
  wick.useEngine('reference');
  wick.manualSeed(0);
  const model = net();
  const images = wick.randn([3, 3, 12, 10]);
  wick.useEngine(engine);
  const maps = {};
  const refused = {};
  for (const name of explain.methodNames) {
    wick.manualSeed(1);
    const method = explain.createMethod(name, model);
    let found;
    try {
      found = method.attribute(images);
    } catch (error) {
      refused[name] = String(error);
      found = await method.attributeAsync(images);
    }
    const { device } = found.heatmap; // reading hands the elements out
    maps[name] = {
      device,
      heatmap: await list(found.heatmap), values: await list(found.values), targets: await list(found.targets),
      normalized: await list(explain.normalize(found.heatmap)),
      difference: await list(found.completeness?.difference),
      sum: await list(found.completeness?.difference.add(found.completeness.delta)),
    };
  }
  const smooth = new explain.EigenCAM(model);
  maps.views = { values: await list((await smooth.attributeAsync(images, { augSmooth: true })).values) };

  const cam = new explain.LayerCAM(model);
  const heatmap = cam.attribute(images).heatmap.at(0);
  const [{ maps: layer }] = explain.featureMaps(model, images, { layers: ['0'] });
  const own = layer.at(0);
  const { weight } = explain.firstLayerFilters(model);
  const features = explain.embeddings(model, images);
  const picture = explain.toPicture(wick.zeros([3, 12, 10]));
  const unread = [
    thrown(() => explain.overlay(picture, heatmap)), thrown(() => explain.featureGrid(own)),
    thrown(() => explain.pca(features)), thrown(() => explain.sanityCheck(cam, images, { numStages: 2 })),
  ];
  for (const tensor of [heatmap, own, weight, features]) await tensor.dataAsync();
  const pictures = [explain.overlay(picture, heatmap), explain.featureGrid(own), explain.filterGrid(weight)];
  const before = await list(weight);
  const { stages, verdict } = await explain.sanityCheckAsync(cam, images, { numStages: 2, generator: new wick.Generator(3) });
  return {
    maps, refused, unread, verdict,
    pictures: pictures.map(({ data }) => [...data]),
    points: await list(explain.pca(features).points),
    similarity: stages.map(({ similarity }) => similarity),
    restored: JSON.stringify(await list(weight)) === JSON.stringify(before),
  };
}

globalThis.compare = async () => {
  let gpu;
  try {
    gpu = await wick.openBrowserGpuEngine({ adapter: 'software' });
  } catch (error) {
    return { missing: String(error) };
  }
  return { names: explain.methodNames, expected: await said('reference'), actual: await said(gpu) };
};`;

interface Said {
  readonly maps: Readonly<Record<string, Readonly<Record<string, number[] | string>>>>;
  readonly refused: Readonly<Record<string, string>>;
  readonly unread: readonly string[];
  readonly verdict: string;
  readonly pictures: readonly number[][];
  readonly points: number[];
  readonly similarity: number[];
  readonly restored: boolean;
}

interface Compared {
  readonly missing?: string;
  readonly names: readonly string[];
  readonly expected: Said;
  readonly actual: Said;
}

const tolerance = 1e-4;

describe("explanations on a page's GPU", { skip }, () => {
  test('are those of engine reference, or refuse by name and are awaited', async (t) => {
    const { page, wrong } = await openScript(t, script);
    const { missing, names, expected, actual } = await page.evaluate<Compared>('compare()');
    if (missing !== undefined) return t.skip(missing);
    assert.deepEqual(Object.keys(actual.maps), [...names, 'views']);
    for (const [name, maps] of Object.entries(actual.maps))
      for (const [part, found] of Object.entries(maps)) {
        const wanted = expected.maps[name]?.[part];
        if (typeof found === 'string') assert.deepEqual([found, wanted], ['gpu', 'cpu'], name);
        else assertClose(found, wanted as number[], tolerance, `${name} ${part}`);
      }
    assert.deepEqual(expected.refused, {});
    assert.deepEqual(Object.keys(actual.refused), ['eigencam']);
    assert.match(
      actual.refused.eigencam ?? '',
      /^EngineError: EigenCAM: .*await method\.attributeAsync/,
    );

    assert.deepEqual(expected.unread, ['', '', '', '']);
    const ways = [
      /^EngineError: overlay: .*await tensor\.dataAsync\(\) first$/,
      /^EngineError: featureGrid: .*await tensor\.dataAsync\(\) first$/,
      /^EngineError: pca: .*await tensor\.dataAsync\(\) first$/,
      /^EngineError: sanityCheck: .*await explain\.sanityCheckAsync\(/,
    ];
    for (const [k, way] of ways.entries()) assert.match(actual.unread[k] ?? '', way);
    actual.pictures.forEach((levels, k) => {
      const wanted = expected.pictures[k] ?? [];
      assert.equal(levels.length, wanted.length);
      const most = Math.max(...levels.map((level, i) => Math.abs(level - (wanted[i] ?? 0))));
      assert.ok(most <= 1, `picture ${k}: a byte differs by ${most}`);
    });
    assertClose(actual.points, expected.points, tolerance, 'points');
    assertClose(actual.similarity, expected.similarity, 1e-2, 'similarity');
    assert.ok(actual.restored, 'weights after the sanity check');
    assert.deepEqual(wrong, []);
  });
});
