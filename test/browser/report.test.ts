/** The report in headless Chromium: English and Chinese, light and dark, on a desk and on a phone, printed, with names that hurt. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { runs } from '../../src/index.js';
import { type Language, languages } from '../../src/report/language/words.js';
import { reportPage } from '../../src/report/page/page.js';
import { hardNames } from '../report/hard-names.js';
import { sampleReport } from '../report/sample-report.js';
import { temporaryFolder } from '../vision/datasets/temporary-folder.js';
import { type OpenPage, type OpenPageOptions, openPage, shots, skip } from './open-page.js';
import { until } from './until.js';

/** Opens a file from disk, which may ask for nothing. */
async function open(
  t: TestContext,
  file: string,
  options: OpenPageOptions = {},
): Promise<OpenPage> {
  const { href } = pathToFileURL(file);
  return await openPage(t, href, { own: href, ...options });
}

/** The charts that are drawn, and pictures that are not. */
async function look(page: Page) {
  return (await page.evaluate(`({
    charts: [...document.querySelectorAll('[data-chart]')]
      .filter((box) => box.querySelectorAll('svg path').length > 5)
      .map((box) => box.dataset.chart),
    missing: [...document.images].filter((image) => image.naturalWidth === 0).length,
    pictures: document.images.length,
    width: document.documentElement.scrollWidth,
    dark: getComputedStyle(document.querySelector('h1')).color,
    language: document.documentElement.lang,
    heading: document.querySelector('h2').textContent,
  })`)) as {
    charts: string[];
    missing: number;
    pictures: number;
    width: number;
    dark: string;
    language: string;
    heading: string;
  };
}

const allCharts = [
  'accuracy',
  'loss',
  'steps',
  'rates',
  'confusion',
  'classes',
  'reliability',
  'roc',
  'precisionRecall',
];

async function written(folder: string, names: readonly string[], language: Language) {
  const file = join(folder, `report-${language}.html`);
  await writeFile(file, reportPage(await sampleReport(names), languages[language]));
  return file;
}

describe('the report in a browser', { skip }, () => {
  test('of a real run, in English: all charts and pictures, nothing loaded; a cell shows its pictures', async (t) => {
    const run = join(await temporaryFolder(t), 'digits');
    const settings = { data: { limit: 200 }, seed: 3, epochs: 2, loader: { workers: 0 } };
    await runs.train('digits', { ...settings, split: { val: 0.2 }, out: run });
    const { page, wrong, shoot } = await open(t, join(run, 'report.html'), {
      viewport: { width: 1200, height: 900 },
    });
    const { charts, missing, pictures, language } = await look(page);
    assert.deepEqual([charts, missing, language], [allCharts, 0, 'en']);
    assert.ok(pictures > 20, `${pictures} pictures`);
    const [button] = await page.$$('.pairs button');
    await button?.click();
    assert.ok((await page.$$('#cell figure img')).length > 0);
    await page.hover('[data-chart="accuracy"] svg');
    await until(page, 'document.body.innerText.includes("validation")');
    await shoot('english');
    assert.deepEqual(wrong, []);
  });

  test('a click on a cell of the matrix shows its pictures', async (t) => {
    const file = await written(await temporaryFolder(t), ['cat', 'dog'], 'en');
    const { page, wrong } = await open(t, file, { viewport: { width: 1000, height: 800 } });
    const matrix = await page.$('[data-chart="confusion"] svg');
    await matrix?.scrollIntoViewIfNeeded();
    const box = await matrix?.boundingBox();
    assert.ok(box);
    // the matrix stands in the middle of what is right of the names
    await page.mouse.click(box.x + box.width * 0.42, box.y + box.height * 0.3);
    await page.waitForSelector('#cell figure');
    assert.match((await page.textContent('#cell h3')) ?? '', /cat taken for cat: \d+×/);
    assert.deepEqual(wrong, []);
  });

  test('in Chinese, dark, on a phone of 360 pixels', async (t) => {
    const file = await written(await temporaryFolder(t), ['猫', '狗', '猫头鹰'], 'zh');
    const { page, wrong, shoot } = await open(t, file, {
      viewport: { width: 360, height: 740 },
      colorScheme: 'dark',
      isMobile: true,
    });
    const { charts, missing, width, dark, language, heading } = await look(page);
    assert.deepEqual([charts, missing, language], [allCharts, 0, 'zh']);
    assert.equal(heading, languages.zh.settings);
    assert.ok(width <= 360, `${width} pixels wide`);
    assert.ok(Math.min(...(dark.match(/\d+/g) ?? []).slice(0, 3).map(Number)) > 150, dark);
    await shoot('chinese-dark-phone');
    assert.deepEqual(wrong, []);
  });

  test('printed, it is light and no wider than its sheet', async (t) => {
    const file = await written(await temporaryFolder(t), ['cat', 'dog', 'owl'], 'en');
    const { page, wrong } = await open(t, file, { colorScheme: 'dark' });
    const pdf = await page.pdf({ format: 'A4', margin: { left: '15mm', right: '15mm' } });
    if (shots !== undefined) await writeFile(join(shots, 'printed.pdf'), pdf);
    assert.ok(pdf.length > 20_000);
    assert.deepEqual(wrong, []);
  });

  test('200 names with markup, quotes, emoji, right-to-left and Chinese do nothing', async (t) => {
    const file = await written(await temporaryFolder(t), hardNames, 'en');
    for (const width of [360, 1200]) {
      const { page, wrong, shoot } = await open(t, file, { viewport: { width, height: 900 } });
      const { charts, missing, width: shown } = await look(page);
      assert.deepEqual([charts, missing], [allCharts, 0]);
      assert.ok(shown <= width, `${shown} pixels wide`);
      for (const button of (await page.$$('.pairs button')).slice(0, 3)) await button.click();
      await page.hover('[data-chart="confusion"] svg');
      await page.hover('[data-chart="classes"] svg');
      await page.hover('[data-chart="roc"] svg');
      assert.equal((await page.$$('script[src], iframe, img[src="x"]')).length, 0);
      await shoot(`names-${width}`);
      assert.deepEqual(wrong, []);
    }
  });
});
