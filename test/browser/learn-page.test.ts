/** The page of `wick export --format web --train`: digits by other names are learned in Chromium, and Node reads the file. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { Classifier, runs } from '../../src/index.js';
import { encodePng } from '../../src/vision/codecs/sharp.js';
import { Digits } from '../../src/vision/datasets/digits.js';
import { temporaryFolder } from '../vision/datasets/temporary-folder.js';
import { openPage, skip } from './open-page.js';
import { serveFolder } from './static-server.js';

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

describe('a page that learns', { skip }, () => {
  test('classes of pictures are learned to 90 %, tried and saved; Node answers as the page does', async (t) => {
    const folder = await temporaryFolder(t);
    const out = join(folder, 'digits');
    const settings = { data: { limit: 1000 }, seed: 3, epochs: 2, loader: { workers: 0 } };
    await runs.train('digits', { ...settings, out });
    const { path } = await runs.exportRun(out, { format: 'web', train: true });
    assert.ok(existsSync(join(path, 'wick-learn.js')));
    const server = await serveFolder(path);
    t.after(() => server.close());
    const { page, wrong, shoot } = await openPage(`${server.url}learn.html`, {
      viewport: { width: 360, height: 800 },
    });
    t.after(() => page.close());
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
});
