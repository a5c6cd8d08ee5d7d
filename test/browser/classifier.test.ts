/** `Classifier` in Chromium: it answers as in Node, whatever a page has the picture as, and says what is wrong. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, type TestContext, test } from 'node:test';
import { Classifier, manualSeed, runs } from '../../src/index.js';
import { saveModelFile } from '../../src/runs/model-file.js';
import { createModel } from '../../src/vision/models/registry.js';
import { temporaryFolder } from '../vision/datasets/temporary-folder.js';
import { bundle, putPage } from './bundle.js';
import { openPage, skip } from './open-page.js';
import { type PictureKind, pictureFile } from './pictures.js';
import { serveFolder } from './static-server.js';

const transform = {
  name: 'Compose',
  transforms: [
    { name: 'Resize', size: 36, interpolation: 'bilinear', maxSize: null },
    { name: 'CenterCrop', size: 32 },
    { name: 'ToTensor' },
    { name: 'Normalize', mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
  ],
};
const colour = {
  format: 'wick-model/1',
  architecture: { name: 'cifar_resnet20', options: { numClasses: 5 } },
  inputShape: [3, 32, 32],
  classes: ['a', 'b', 'c', 'd', 'e'],
  transform,
  temperature: 20, // fresh weights are sure of what they say
};
const grey = {
  ...colour,
  architecture: { name: 'mnistCnn', options: { numClasses: 5, inChannels: 1, imageSize: 32 } },
  inputShape: [1, 32, 32],
  transform: { name: 'Compose', transforms: transform.transforms.slice(0, 3) },
  temperature: 0.25,
};

/** What the page runs. */
const script = `import * as wick from 'wick/browser';
const models = new Map();
globalThis.wick = wick;
globalThis.load = async (name) => {
  if (!models.has(name)) models.set(name, await wick.Classifier.load(name));
  return models.get(name);
};
const sources = {
  blob: (blob) => blob,
  bitmap: (blob) => createImageBitmap(blob, { premultiplyAlpha: 'none', colorSpaceConversion: 'none' }),
  img: (blob) => Object.assign(new Image(), { src: URL.createObjectURL(blob) }),
  async canvas(blob) {
    const bitmap = await createImageBitmap(blob);
    const canvas = Object.assign(document.createElement('canvas'), { width: bitmap.width, height: bitmap.height });
    canvas.getContext('2d').drawImage(bitmap, 0, 0);
    return canvas;
  },
  async pixels(blob) {
    const canvas = await sources.canvas(blob);
    return canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  },
};
globalThis.answer = async (model, picture, as) => {
  const blob = await (await fetch(picture)).blob();
  return await (await load(model)).predict(await sources[as](blob));
};
globalThis.input = async (model, picture, as) => {
  const blob = await (await fetch(picture)).blob();
  const { input } = await (await load(model)).prepare(await sources[as](blob));
  return [...input.data];
};
globalThis.failure = (work) => work().then(() => 'none', (error) => error.name + ': ' + error.message);
`;

let code = '';
before(async () => {
  if (skip === false) ({ code } = await bundle(script));
});

async function site(t: TestContext, isolated = false) {
  const folder = await temporaryFolder(t);
  await putPage(folder, code);
  manualSeed(3);
  for (const [name, card] of Object.entries({ colour, grey }))
    await saveModelFile(
      join(folder, `${name}.wick`),
      card,
      createModel(card.architecture).stateDict(),
    );
  const server = await serveFolder(folder, isolated);
  t.after(() => server.close());
  const opened = await openPage(t, server.url);
  return { folder, ...opened };
}

type Answer = Awaited<ReturnType<Classifier['predict']>>;

/** The largest difference of a class's probability. */
function difference(a: Answer, b: Answer): number {
  assert.equal(a.length, b.length);
  const other = new Map(b.map((one) => [one.label, one.probability]));
  return Math.max(...a.map((one) => Math.abs(one.probability - (other.get(one.label) ?? 9))));
}

describe('Classifier in a browser', { skip }, () => {
  test('a PNG is answered as in Node, in colour and in grey, whatever the page has it as', async (t) => {
    const { folder, page, wrong } = await site(t);
    const cases: [PictureKind, number, number][] = [
      ['png', 61, 97],
      ['grey png', 50, 40],
      ['deep grey png', 47, 52],
      ['transparent png', 32, 45],
      ['png with profile', 40, 33],
    ];
    for (const name of ['colour', 'grey']) {
      const file = join(folder, `${name}.wick`);
      const inNode = await Classifier.load(file);
      const trained = await runs.TrainedModel.load(file);
      for (const [kind, width, height] of cases) {
        const picture = `${kind}.png`;
        const path = join(folder, picture);
        await writeFile(path, await pictureFile(kind, width, height, 5));
        const expected = await inNode.predict(path);
        assert.ok((expected[0]?.probability ?? 0) < 0.99, 'a sure model would hide differences');
        const input = [...(await trained.prepare(path)).input.data];
        const straight = !/transparent|profile/.test(kind); // canvases have multiplied colours by alpha, and converted them
        for (const as of straight ? ['blob', 'bitmap', 'img', 'canvas', 'pixels'] : ['blob']) {
          const given = `'${name}.wick', '${picture}', '${as}'`;
          const what = `${name}, ${kind}, ${as}`;
          assert.deepEqual(await page.evaluate(`input(${given})`), input, what);
          const most = difference(await page.evaluate<Answer>(`answer(${given})`), expected);
          assert.ok(most < 1e-5, `${what}: ${most}`);
        }
      }
    }
    assert.deepEqual(wrong, []);
  });

  test('what is no picture, no model, or not wanted any more, is said in the caller’s terms', async (t) => {
    const { folder, page } = await site(t);
    await writeFile(join(folder, 'text.png'), 'no picture');
    await writeFile(join(folder, 'noise.wick'), new Uint8Array(100).fill(7));
    const damaged = await readFile(join(folder, 'grey.wick'));
    damaged.writeUInt8(damaged.readUInt8(damaged.length - 9) ^ 4, damaged.length - 9);
    await writeFile(join(folder, 'damaged.wick'), damaged);
    const weights = createModel(grey.architecture).stateDict();
    const code = { path: '/home/me/recipe.ts', sha256: '0'.repeat(64), gives: ['model'] };
    await saveModelFile(join(folder, 'code.wick'), { ...grey, code }, weights);
    await saveModelFile(join(folder, 'other.wick'), { ...grey, classes: ['a', 'b'] }, weights);
    const failure = (work: string) => page.evaluate<string>(`failure(async () => ${work})`);
    const cases: [string, RegExp][] = [
      [
        `answer('grey.wick', 'text.png', 'blob')`,
        /^DataError: picture: the browser cannot read it \(/,
      ],
      [
        `answer('grey.wick', 'text.png', 'img')`,
        /^DataError: picture: the browser cannot read it \(/,
      ],
      [
        `(await load('grey.wick')).predict(7)`,
        /^ValueError: picture: given number, a File, Blob, /,
      ],
      [
        `(await load('grey.wick')).predict({})`,
        /^ValueError: picture: given Object, a File, Blob, /,
      ],
      [
        `(await load('grey.wick')).predict(new Blob(), { topp: 1 })`,
        /^ValueError: predict: option 'topp' is unknown; did you mean top\?/,
      ],
      [`load('none.wick')`, /^CheckpointError: none\.wick: the server answers 404/],
      [`load('noise.wick')`, /^CheckpointError: noise\.wick: .*header/],
      [`load('damaged.wick')`, /^CheckpointError: damaged\.wick: .*checksum/],
      [
        `load('code.wick')`,
        /^CheckpointError: code\.wick: was trained by code in '\/home\/me\/recipe\.ts', which a page does not run/,
      ],
      [
        `load('other.wick')`,
        /^CheckpointError: other\.wick: option 'numClasses' of its network is 5, but 2 fits/,
      ],
      [`wick.Classifier.load('grey.wick', { signal: AbortSignal.abort() })`, /^AbortError: /],
      [
        `(await load('grey.wick')).predict(new Blob(), { signal: AbortSignal.abort() })`,
        /^AbortError: /,
      ],
    ];
    for (const [work, expected] of cases) assert.match(await failure(work), expected, work);
  });

  test('many pictures are answered in their order as one by one, in batches; one that is none is told', async (t) => {
    const { folder, page, wrong } = await site(t);
    await writeFile(join(folder, 'a.png'), await pictureFile('png', 40, 33, 5));
    await writeFile(join(folder, 'b.png'), await pictureFile('png', 33, 60, 6));
    const found = await page.evaluate<{
      names: string[];
      most: number;
      told: string[];
    }>(`(async () => {
      const model = await load('colour.wick');
      const files = [];
      for (const name of ['a.png', 'b.png'])
        files.push(new File([await (await fetch(name)).blob()], name));
      const pictures = [...Array.from({ length: 40 }, (_, n) => files[n % 2]), new File(['x'], 'none.png')];
      pictures.push(new ImageData(32, 32), new Blob(['y']));
      const one = [await model.predict(files[0]), await model.predict(files[1])];
      const [names, told] = [[], []];
      let most = 0;
      for await (const { picture, error, predictions } of model.predictAll(pictures)) {
        if (names.length < 40)
          for (const [k, { probability }] of predictions.entries())
            most = Math.max(most, Math.abs(probability - one[names.length % 2][k].probability));
        names.push(picture);
        if (error !== null) told.push(error.name + ': ' + error.message.replace(/\\(.*/, ''));
      }
      return { names, most, told };
    })()`);
    assert.deepEqual(found.names.slice(38), ['a.png', 'b.png', 'none.png', 'image 41', 'image 42']);
    assert.ok(found.most < 1e-5, `${found.most}`);
    assert.deepEqual(found.told, [
      'DataError: none.png: the browser cannot read it ',
      'DataError: image 42: the browser cannot read it ',
    ]);
    const aborted = await page.evaluate(`(async () => {
      const cancel = new AbortController();
      const names = [];
      try {
        const given = Array.from({ length: 40 }, () => new ImageData(32, 32));
        for await (const { picture } of (await load('grey.wick')).predictAll(given, { signal: cancel.signal })) {
          names.push(picture);
          if (names.length === 32) cancel.abort(new Error('enough'));
        }
      } catch (error) {
        return names.length + ' ' + error.message;
      }
    })()`);
    assert.equal(aborted, '32 enough');
    assert.deepEqual(wrong, []);
  });

  test('an unsure model says nothing; bytes and blobs are models too; a download tells how far it is', async (t) => {
    const { page, wrong } = await site(t, true);
    const found = await page.evaluate(`(async () => {
      const bytes = new Uint8Array(await (await fetch('grey.wick')).arrayBuffer());
      const told = [];
      await wick.Classifier.load('grey.wick', { onProgress: (progress) => told.push(progress) });
      const model = await wick.Classifier.load(new Blob([bytes]));
      const same = await wick.Classifier.load(bytes);
      const picture = new ImageData(32, 32);
      const all = await model.predict(picture);
      return {
        isolated: crossOriginIsolated,
        engine: wick.engineReport().engine,
        top: (await model.predict(picture, { top: 2 })).length,
        same: JSON.stringify(all) === JSON.stringify(await same.predict(picture)),
        unsure: await model.predict(picture, { threshold: 1 }),
        last: told.at(-1).bytes === bytes.length,
        classes: model.classes,
      };
    })()`);
    assert.deepEqual(found, {
      isolated: true,
      engine: 'wasm',
      top: 2,
      same: true,
      unsure: [],
      last: true,
      classes: grey.classes,
    });
    assert.deepEqual(wrong, []);
  });
});
