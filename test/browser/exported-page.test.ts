/** What `wick export --format web` writes, from a plain web server in Chromium: it answers as `wick predict` does. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { FileChooser } from 'playwright-core';
import { Classifier, runs } from '../../src/index.js';
import { encodePng } from '../../src/vision/codecs/sharp.js';
import { Digits } from '../../src/vision/datasets/digits.js';
import { commandLine, temporaryFolder } from '../cli/run-wick.js';
import { openPage, skip } from './open-page.js';
import { pictureFile } from './pictures.js';
import { type StaticServer, serveFolder } from './static-server.js';
import { until } from './until.js';

const folder = temporaryFolder();
const web = join(folder, 'digits', 'web');
const three = join(folder, 'three.png');
const photo = join(folder, 'photo.jpg');

interface Answer {
  readonly label: string;
  readonly probability: number;
}

function wick(...args: string[]): string {
  const [program, ...rest] = commandLine(args);
  const { status, stdout, stderr } = spawnSync(program, rest, { cwd: folder, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return stdout;
}

const servers: StaticServer[] = [];
after(() => {
  for (const server of servers) server.close();
});

async function serve(path: string, isolated = false): Promise<string> {
  const server = await serveFolder(path, isolated);
  servers.push(server);
  return server.url;
}

const ready = `document.querySelector('[aria-live]').textContent.startsWith('Ready')`;

/** What the page shows. */
const shown = `({
  labels: [...document.querySelectorAll('.bars bdi')].map((one) => one.textContent),
  shares: [...document.querySelectorAll('.bars .share')].map((one) => one.textContent),
  status: document.querySelector('[aria-live]').textContent,
  problem: document.querySelector('[role=alert]').textContent,
  width: document.documentElement.scrollWidth,
  about: document.querySelector('footer').textContent,
  heading: document.querySelector('h1').textContent,
})`;
interface Shown {
  readonly labels: string[];
  readonly shares: string[];
  readonly status: string;
  readonly problem: string;
  readonly width: number;
  readonly about: string;
  readonly heading: string;
}

describe('an exported page', { skip }, () => {
  before(async () => {
    const out = join(folder, 'digits');
    const settings = { data: { limit: 1000 }, seed: 3, epochs: 2, loader: { workers: 0 } };
    await runs.train('digits', { ...settings, out, report: false });
    wick('export', 'digits', '--format', 'web', '--license', 'CC0-1.0');
    const digits = await Digits.open({ split: 'test' });
    const index = Array.from(digits.targets).indexOf(3);
    await writeFile(three, await encodePng(digits.image(index)));
    await writeFile(photo, await pictureFile('jpeg', 90, 60, 4));
  });

  test('the folder has everything, and what is beside the weights is below 300 kB', (t) => {
    const names = readdirSync(web).sort();
    assert.deepEqual(names, [
      'LICENSE.txt',
      'README.md',
      'browser-helper.js',
      'index.html',
      'kernels-relaxed.wasm',
      'kernels-simd.wasm',
      'model.wick',
      'page.js',
      'theme.css',
      'wick-worker.js',
      'wick.js',
    ]);
    const sizes = names
      .filter((name) => name !== 'model.wick')
      .map((name) => gzipSync(readFileSync(join(web, name)), { level: 9 }).length);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    t.diagnostic(`gzip: ${total} bytes`);
    assert.ok(total < 300_000, `${total} bytes`);
    const readme = readFileSync(join(web, 'README.md'), 'utf8');
    assert.match(readme, /Licence: CC0-1\.0/);
    assert.match(readme, /Classes \(10\): `0`, `1`/);
    assert.match(readFileSync(join(web, 'index.html'), 'utf8'), /<title>digits<\/title>/);
  });

  for (const isolated of [false, true])
    test(`${isolated ? 'isolated, by threads' : 'not isolated, by one thread'}: a snippet on another page gets what Node does`, async (t) => {
      const classifier = await Classifier.load(join(folder, 'digits'));
      await writeFile(
        join(folder, 'index.html'),
        '<link rel="icon" href="data:,"><img src="three.png">',
      );
      const { page, wrong } = await openPage(t, await serve(folder, isolated));
      await page.evaluate(`(async () => {
        const { Classifier } = await import('/digits/web/wick.js');
        globalThis.model = await Classifier.load();
      })()`);
      const engine = await page.evaluate<{ engine: string; threads: number }>('model.engine');
      assert.equal(engine.engine, 'wasm');
      assert.equal(
        engine.threads > 1,
        isolated && (await page.evaluate<number>('navigator.hardwareConcurrency')) > 1,
      );
      const expected = await classifier.predict(three);
      assert.equal(expected[0]?.label, '3');
      for (const picture of [
        `document.querySelector('img')`,
        `await (await fetch('three.png')).blob()`,
      ]) {
        const answer = await page.evaluate<Answer[]>(`(async () => model.predict(${picture}))()`);
        for (const [k, { label, probability }] of answer.entries()) {
          assert.equal(label, expected[k]?.label);
          assert.ok(Math.abs(probability - (expected[k]?.probability ?? 9)) < 1e-5, `${label}`);
        }
      }
      const many = await page.evaluate<{
        names: string[];
        most: number;
        errors: string[];
      }>(`(async () => {
        const file = new File([await (await fetch('three.png')).blob()], 'three.png');
        const [best] = await model.predict(file);
        const pictures = [...Array.from({ length: 35 }, () => file), new Blob(['x']), new ImageData(28, 28)];
        const [names, errors] = [[], []];
        let most = 0;
        for await (const { picture, predictions, error } of model.predictAll(pictures, { top: 1 })) {
          names.push(picture);
          if (error !== null) errors.push(error.name + ' ' + error.path);
          else if (picture === file.name)
            most = Math.max(most, Math.abs(predictions[0].probability - best.probability));
        }
        return { names, most, errors };
      })()`);
      assert.deepEqual(many.names.slice(34), ['three.png', 'image 35', 'image 36']);
      assert.deepEqual(many.errors, ['DataError image 35']);
      assert.ok(many.most < 1e-5, `${many.most}`);
      const failure = (work: string) =>
        page.evaluate<string>(
          `(async () => ${work})().then(() => '', (e) => e.name + ': ' + e.message)`,
        );
      assert.match(
        await failure('model.predict(new Blob(["x"]))'),
        /^DataError: picture: the browser cannot/,
      );
      assert.match(
        await failure('model.predict(new ImageData(9, 9), { top: 0 })'),
        /^ValueError: predict: top=0/,
      );
      assert.match(
        await failure('model.predict(new ImageData(9, 9), { signal: AbortSignal.abort() })'),
        /^AbortError/,
      );
      const ended = `new Promise((resolve, reject) => {
        const cancel = new AbortController();
        model.predict(new ImageData(2000, 2000), { signal: cancel.signal }).then(resolve, reject);
        setTimeout(() => cancel.abort(), 0);
        setTimeout(resolve, 5000);
      })`;
      assert.match(await failure(ended), /^AbortError/);
      assert.match(
        await failure('model.explain(new ImageData(28, 28), { label: "x" })'),
        /^ValueError: explain: label='x'/,
      );
      assert.deepEqual(wrong, []);
    });

  test('by keyboard alone: a file is chosen, and answered as wick predict answers, with Grad-CAM', async (t) => {
    const { page, wrong, shoot } = await openPage(t, await serve(web), {
      viewport: { width: 900, height: 900 },
    });
    let chooser: FileChooser | undefined;
    page.on('filechooser', (opened) => {
      chooser = opened;
    });
    await until(page, ready);
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate('document.activeElement.id'), 'picture-file');
    // Pressed before Playwright listens, the key opens a window that nobody sees.
    for (let tries = 0; chooser === undefined && tries < 20; tries++) {
      await page.keyboard.press('Enter');
      await setTimeout(500);
    }
    assert.ok(chooser, 'no window to choose a file in');
    await chooser.setFiles(three);
    await page.waitForSelector('.bars li');
    const first = await page.evaluate<Shown>(shown);
    const [told] = JSON.parse(
      `[${wick('predict', 'digits', 'three.png', '--json', '--top', '5').trim().split('\n').join()}]`,
    );
    assert.deepEqual(
      first.labels,
      told.predictions.map((one: Answer) => one.label),
    );
    const [best] = told.predictions;
    assert.equal(
      Number.parseFloat(first.shares[0]?.replace('>', '') ?? ''),
      Math.min(99.9, Number((100 * best.probability).toFixed(1))),
    );
    assert.match(
      first.about,
      /Pictures stay on this machine; mnistCnn, one thread; the model's licence: CC0-1\.0\./,
    );
    assert.equal(first.heading, 'digits');
    await shoot('web-digit');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await page.waitForSelector('.overlay label:not([hidden])');
    await shoot('web-grad-cam');
    assert.deepEqual(wrong, []);
  });

  test('360 pixels wide, dark, offline once it is loaded; what is no picture is said', async (t) => {
    const { page, wrong, shoot } = await openPage(t, await serve(web), {
      viewport: { width: 360, height: 740 },
      colorScheme: 'dark',
    });
    await until(page, ready);
    await page.context().setOffline(true);
    await page.setInputFiles('input[type=file]', photo);
    await page.waitForSelector('.bars li');
    const found = await page.evaluate<Shown>(shown);
    assert.ok(found.width <= 360, `${found.width} pixels wide`);
    assert.equal(found.problem, '');
    await shoot('web-phone-dark');
    await page.setInputFiles('input[type=file]', join(web, 'README.md'));
    await until(page, `document.querySelector('[role=alert]').textContent !== ''`);
    assert.match((await page.evaluate<Shown>(shown)).problem, /the browser cannot read it/);
    assert.deepEqual(wrong, []);
  });

  test('the camera is looked through', async (t) => {
    const { page, wrong, shoot } = await openPage(t, await serve(web, true));
    await until(page, ready);
    await page.click('text=Use the camera');
    await until(page, `document.querySelector('video').videoWidth > 0`);
    await page.click('text=Take a picture');
    await page.waitForSelector('.bars li');
    await shoot('web-camera');
    assert.deepEqual(wrong, []);
  });
});
