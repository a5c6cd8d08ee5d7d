/** The page of `wick export --format web --train`: digits by other names are learned in Chromium, and Node reads the file. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { Classifier, runs } from '../../src/index.js';
import { saveModelFile } from '../../src/runs/model-file.js';
import { encodePng } from '../../src/vision/codecs/sharp.js';
import { Digits } from '../../src/vision/datasets/digits.js';
import { Image } from '../../src/vision/image.js';
import { createModel } from '../../src/vision/models/registry.js';
import { smallCard } from '../runs/untrained-run.js';
import { temporaryFolder } from '../vision/datasets/temporary-folder.js';
import { openPage, skip } from './open-page.js';
import { serveFolder } from './static-server.js';

/** A script of a worker whose GPU is lost in the middle of its work. */
const losing = `{
  const { requestDevice } = GPUAdapter.prototype;
  GPUAdapter.prototype.requestDevice = async function (asked) {
    const device = await requestDevice.call(this, asked);
    const submit = device.queue.submit.bind(device.queue);
    let count = 0;
    device.queue.submit = (commands) => {
      if (++count === 40) device.destroy();
      submit(commands);
    };
    return device;
  };
}
`;

const names = ['none', 'one', 'three', 'seven'];
const digits = [0, 1, 3, 7];

/** PNG files of digits, as a page takes them. */
async function pictures(digit: number, from: number, count: number) {
  const set = await Digits.open({ split: 'test' });
  const own = Array.from(set.targets).flatMap((target, n) => (target === digit ? [n] : []));
  return await Promise.all(
    own.slice(from, from + count).map(async (n) => ({
      name: `${n}.png`,
      mimeType: 'image/png',
      buffer: Buffer.from(await encodePng(set.image(n))),
    })),
  );
}

/** Pictures of colours: squares that are lighter and darker. */
async function coloured(hue: readonly [number, number, number], count: number) {
  return await Promise.all(
    Array.from({ length: count }, async (_, n) => {
      const image = new Image(30 + n, 40, 3);
      for (let i = 0; i < image.data.length; i++)
        image.data[i] = (hue[i % 3] ?? 0) * (0.5 + n / (2 * count));
      return {
        name: `${n}.png`,
        mimeType: 'image/png',
        buffer: Buffer.from(await encodePng(image)),
      };
    }),
  );
}

/** The page of a small network that never learned. */
async function servedSmall(t: TestContext) {
  const folder = await temporaryFolder(t);
  const file = join(folder, 'small.wick');
  await saveModelFile(file, smallCard, createModel(smallCard.architecture).stateDict());
  const path = join(folder, 'web');
  await runs.exportRun(file, { format: 'web', train: true, path });
  const server = await serveFolder(path);
  t.after(() => server.close());
  return { folder, server };
}

describe('a page that learns', { skip }, () => {
  test('classes of pictures are learned to 90 %, tried and saved; Node answers as the page does', async (t) => {
    const folder = await temporaryFolder(t);
    const out = join(folder, 'digits');
    const settings = { data: { limit: 1000 }, seed: 3, epochs: 2, loader: { workers: 0 } };
    await runs.train('digits', { ...settings, out, report: false });
    const { path } = await runs.exportRun(out, { format: 'web', train: true });
    assert.ok(existsSync(join(path, 'wick-learn.js')));
    const server = await serveFolder(path);
    t.after(() => server.close());
    const { page, wrong, shoot } = await openPage(t, `${server.url}learn.html`, {
      viewport: { width: 360, height: 800 },
    });
    const told = () => page.evaluate<string>(`document.querySelector('[aria-live]').textContent`);
    const problem = () =>
      page.evaluate<string>(`document.querySelector('[role=alert]').textContent`);

    await page.click('button:text-is("Learn")');
    while ((await problem()) === '') await setTimeout(20);
    assert.match(await problem(), /^class 'class 1' has 0 pictures, at least 5 are required$/);

    await page.click('text=Add a class');
    await page.click('text=Add a class');
    for (const [k, digit] of digits.entries()) {
      await page.fill(`[aria-label="Name of class ${k + 1}"]`, names[k] ?? '');
      await page.setInputFiles(`#files-${k + 1}`, await pictures(digit, 0, 40));
    }
    await page.click('button:text-is("Learn")');
    await page.getByText('Save model.wick').waitFor();
    const [, accuracy] = /epoch 30 of 30: ([\d.]+) %/.exec(await told()) ?? [];
    t.diagnostic(`${accuracy} % of the pictures held out`);
    assert.ok(Number(accuracy) >= 90, await told());
    assert.equal(await page.evaluate(`document.querySelectorAll('.confusion td').length`), 17);
    assert.ok((await page.evaluate<number>('document.documentElement.scrollWidth')) <= 360);

    const [seven] = await pictures(7, 60, 1);
    assert.ok(seven);
    await page.setInputFiles('#picture-file', seven);
    await page.waitForSelector('.bars li');
    await shoot('learn-phone');
    const saving = page.waitForEvent('download');
    await page.click('text=Save model.wick');
    const saved = join(folder, 'mine.wick');
    await (await saving).saveAs(saved);
    const model = await Classifier.load(saved);
    assert.deepEqual(model.classes, names);
    const answers = await model.predict(seven.buffer);
    assert.equal(answers[0]?.label, 'seven');
    const shown = await page.evaluate<[string, string][]>(
      `[...document.querySelectorAll('.bars li')].map((one) => [one.querySelector('bdi').textContent, one.querySelector('.share').textContent])`,
    );
    assert.deepEqual(
      shown.map(([label]) => label),
      answers.map(({ label }) => label),
    );
    for (const [k, [, share]] of shown.entries()) {
      const given = Number.parseFloat(share.replace(/[<>]/, ''));
      assert.ok(Math.abs(given - 100 * (answers[k]?.probability ?? 9)) <= 0.11, share);
    }
    assert.deepEqual(wrong, []);
  });

  test('a small network learns from scratch, in Chinese; Node reads the file', async (t) => {
    const { folder, server } = await servedSmall(t);
    const { page, wrong, shoot } = await openPage(t, `${server.url}learn.html`, {
      viewport: { width: 360, height: 800 },
      locale: 'zh-CN',
      colorScheme: 'dark',
    });
    await page.setInputFiles('#files-1', await coloured([250, 40, 40], 10));
    await page.getByLabel('类别 2 的名称').fill('绿');
    await page.getByRole('button', { name: '学习' }).click();
    await page.getByText('类别“绿”有 0 张图片，至少需要 5 张').waitFor();
    await page.setInputFiles('#files-2', await coloured([40, 250, 40], 10));
    await page.getByLabel('训练什么').selectOption('fresh');
    await page.getByRole('button', { name: '学习' }).click();
    await page.getByText('第 30 轮，共 30 轮：留出的图片中 100.0% 判断正确').waitFor();
    await page.getByText('保存 model.wick').waitFor();
    assert.deepEqual(await page.locator('.confusion td').allTextContents(), [
      '',
      '2',
      '0',
      '0',
      '2',
    ]);
    await shoot('learn-fresh-chinese');
    const saving = page.waitForEvent('download');
    await page.getByText('保存 model.wick').click();
    const saved = join(folder, 'mine.wick');
    await (await saving).saveAs(saved);
    const model = await Classifier.load(saved);
    const [green] = await coloured([30, 220, 60], 1);
    assert.equal((await model.predict(green?.buffer ?? new Uint8Array()))[0]?.label, '绿');
    assert.ok((await page.evaluate<number>('document.documentElement.scrollWidth')) <= 360);
    assert.deepEqual(wrong, []);
  });

  test('the graphics card learns where it is asked to, and the processor where there is none', async (t) => {
    const { server } = await servedSmall(t);
    const learnedOn = async (query: string, before = '') => {
      const { page, wrong } = await openPage(t, `${server.url}learn.html${query}`, {
        gpu: true,
        own: server.url,
      });
      await page.route(/wick-learn\.js/, async (route) => {
        const response = await route.fetch();
        await route.fulfill({ response, body: before + (await response.text()) });
      });
      await page.setInputFiles('#files-1', await coloured([250, 250, 250], 6));
      await page.setInputFiles('#files-2', await coloured([20, 20, 20], 6));
      await page.getByLabel('What computes').selectOption('gpu');
      await page.getByRole('button', { name: 'Learn' }).click();
      await page.getByText('epoch 30 of 30: 100.0 %').waitFor();
      await page.getByText('Save model.wick').waitFor();
      assert.equal(await page.locator('.curves polyline').count(), 2);
      const points = await page.locator('.curves .held-out').getAttribute('points');
      assert.equal(points?.split(' ').length, 30);
      assert.deepEqual(wrong, []);
      return await page.locator('.results > .quiet').first().textContent();
    };
    assert.match(
      (await learnedOn('')) ?? '',
      /^The graphics card computes|^The processor computes, for the graphics card does not: there is no GPU/,
    );
    const onSoftware = await learnedOn('?adapter=software');
    if (/there is no software adapter/.test(onSoftware ?? '')) return t.skip(onSoftware ?? '');
    assert.match(onSoftware ?? '', /^The graphics card computes \(.+\)\.$/);
    assert.match(
      (await learnedOn('?adapter=software', losing)) ?? '',
      /^The processor computes, for the graphics card does not: the GPU was lost \(.+\), and what was in its memory with it\.$/,
    );
  });
});
