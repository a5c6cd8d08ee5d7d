/** The page of `wick serve` in headless Chromium: pictures by file, drop, paste and camera; by keyboard; on a phone. */
import assert from 'node:assert/strict';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import type { Page } from 'playwright-core';
import { useLanguage } from '../../src/report/language/choice.js';
import { serve } from '../../src/serve/serve.js';
import { untrainedRun } from '../runs/untrained-run.js';
import { greyPng, type SmallServer, smallServer } from '../serve/small-server.js';
import { temporaryFolder } from '../vision/datasets/temporary-folder.js';
import { type OpenPage, type OpenPageOptions, openPage, skip } from './open-page.js';
import { until } from './until.js';

interface Visit extends SmallServer, OpenPage {}

const hostile = '<img src=x onerror=alert(1)> ‮a very long name of a class, as people have them 猫';

async function open(t: TestContext, options: OpenPageOptions = {}): Promise<Visit> {
  const server = await smallServer(t, {}, { classes: ['7', hostile] });
  const opened = await openPage(t, server.serving.url, {
    permissions: ['clipboard-read', 'clipboard-write', 'camera'],
    ...options,
  });
  await opened.page.waitForSelector('h1:has-text("run")');
  return { ...server, ...opened };
}

/** The classes and percentages that are shown, once a picture of that name has been answered. */
async function answered(page: Page, name: string): Promise<string[]> {
  await page.waitForSelector(`[aria-live]:has-text("${name}:")`);
  return (await page.locator('.bars .share').allTextContents()).sort();
}

async function expected({ trained }: SmallServer, picture: Uint8Array): Promise<string[]> {
  const { predictions } = await trained.predict(picture);
  return predictions.map(({ probability }) => `${(100 * probability).toFixed(1)}%`).sort();
}

describe('the page of a server', { skip }, () => {
  test('a file is answered as the model answers, with Grad-CAM where that is asked', async (t) => {
    const visit = await open(t, { viewport: { width: 1000, height: 800 } });
    const { page, wrong, shoot } = visit;
    const picture = await greyPng(1);
    const file = { name: 'one.png', mimeType: 'image/png', buffer: Buffer.from(picture) };
    await page.setInputFiles('input[type=file]', file);
    assert.deepEqual(await answered(page, 'one.png'), await expected(visit, picture));
    assert.equal(await page.locator('.overlay input').isVisible(), false);
    await page.getByLabel('show where the model looks').check();
    await page.waitForSelector('.overlay input:visible');
    const before = await page.locator('canvas').screenshot();
    await page.locator('.overlay input').fill('100');
    assert.notDeepEqual(await page.locator('canvas').screenshot(), before);
    await shoot('serve-file');
    // What is no picture is said, and the next picture is answered again.
    await page.setInputFiles('input[type=file]', { ...file, buffer: Buffer.from('nothing') });
    await page.waitForSelector('[role=alert]:has-text("not a")');
    assert.equal(await page.locator('.answer').isVisible(), false);
    await shoot('serve-problem');
    await page.setInputFiles('input[type=file]', { ...file, name: 'again.png' });
    await answered(page, 'again.png');
    assert.equal(await page.locator('[role=alert]').textContent(), '');
    // Chromium itself says that the server answered 422.
    assert.deepEqual(
      wrong.filter((text) => !text.includes('422')),
      [],
    );
  });

  test('of several models the chosen one answers, and the page is called as it is', async (t) => {
    const first = await untrainedRun(await temporaryFolder(t));
    const second = await untrainedRun(await temporaryFolder(t), { classes: ['猫', 'dog'] });
    const models = [join(first.run.path, '../one'), join(second.run.path, '../two')] as const;
    await rename(first.run.path, models[0]);
    await rename(second.run.path, models[1]);
    const options = { host: '127.0.0.1', port: 0, token: null, onError: assert.ifError };
    const serving = await serve(models, options);
    t.after(() => serving.close());
    const { page, wrong } = await openPage(t, serving.url);
    await page.getByRole('heading', { name: 'wick: one' }).waitFor();
    const buffer = Buffer.from(await greyPng(1));
    await page.setInputFiles('input[type=file]', { name: 'x.png', mimeType: 'image/png', buffer });
    await answered(page, 'x.png');
    await page.getByRole('combobox', { name: 'Model' }).selectOption('two');
    await page.locator('.bars').getByText('猫').waitFor();
    await page.getByRole('heading', { name: 'wick: two' }).waitFor();
    assert.equal(await page.title(), 'wick: two');
    assert.deepEqual(wrong, []);
  });

  test('in Chinese where the browser is; another language is chosen without losing the answer, and kept', async (t) => {
    const { page, wrong, shoot } = await open(t, { locale: 'zh-CN' });
    const picture = {
      name: '一.png',
      mimeType: 'image/png',
      buffer: Buffer.from(await greyPng(1)),
    };
    await page.getByText('选择图片').waitFor();
    assert.equal(await page.evaluate('document.documentElement.lang'), 'zh');
    await page.setInputFiles('input[type=file]', picture);
    await page.waitForSelector('[aria-live]:has-text("一.png：")');
    await page.getByLabel('显示模型的依据').check();
    await page.waitForSelector('.overlay input:visible');
    await shoot('serve-chinese');
    await page.getByLabel('语言').selectOption('en');
    await page.waitForSelector('[aria-live]:has-text("一.png:")');
    await page.getByLabel('Heatmap').waitFor();
    await page.reload();
    await page.getByText('Choose a picture').waitFor();
    assert.deepEqual(wrong, []);
  });

  test('in the language that was chosen for it', async (t) => {
    useLanguage('zh');
    t.after(() => useLanguage('en'));
    const { page } = await open(t);
    await page.getByText('选择图片').waitFor();
  });

  test('a picture is pasted, and another dropped', async (t) => {
    const visit = await open(t);
    const { page, wrong } = visit;
    const picture = await greyPng(2);
    const base64 = Buffer.from(picture).toString('base64');
    const give = (event: 'paste' | 'drop') =>
      page.evaluate(`(() => {
        const bytes = Uint8Array.from(atob('${base64}'), (c) => c.charCodeAt(0));
        const data = new DataTransfer();
        data.items.add(new File([bytes], '${event}.png', { type: 'image/png' }));
        const place = document.querySelector('.picture-input');
        if ('${event}' === 'drop')
          place.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
        else
          document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true }));
      })()`);
    for (const event of ['paste', 'drop'] as const) {
      await give(event);
      assert.deepEqual(await answered(page, `${event}.png`), await expected(visit, picture));
    }
    await page.evaluate(
      "document.body.dispatchEvent(new ClipboardEvent('paste', { bubbles: true }))",
    );
    await page.waitForSelector('[role=alert]:has-text("no picture")');
    assert.deepEqual(wrong, []);
  });

  test('by the keyboard alone: a file is chosen, the camera opened, a picture taken', async (t) => {
    const { page, wrong, shoot } = await open(t);
    await page.keyboard.press('Tab');
    await until(page, 'document.activeElement?.type === "file"');
    const chooser = page.waitForEvent('filechooser');
    await page.evaluate('0'); // by now the browser knows that somebody waits for it
    await page.keyboard.press('Space');
    const picture = {
      name: 'key.png',
      mimeType: 'image/png',
      buffer: Buffer.from(await greyPng(3)),
    };
    await (await chooser).setFiles(picture);
    await answered(page, 'key.png');
    await shoot('serve-focus');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForSelector('video:visible');
    await until(page, 'document.querySelector("video").videoWidth > 0');
    assert.equal(await focused(page), 'Take a picture');
    await page.keyboard.press('Enter');
    await answered(page, 'camera');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space'); // keeps looking
    const asked = page.waitForResponse(/predict/);
    await (await asked).finished();
    await (await page.waitForResponse(/predict/)).finished();
    await shoot('serve-camera');
    await page.keyboard.press('Tab');
    assert.equal(await focused(page), 'Close the camera');
    await page.keyboard.press('Enter');
    assert.equal(await page.locator('video').isVisible(), false);
    assert.deepEqual(wrong, []);
  });

  for (const colorScheme of ['light', 'dark'] as const)
    test(`on a phone of 360 pixels, ${colorScheme}`, async (t) => {
      const phone = { viewport: { width: 360, height: 740 }, isMobile: true, colorScheme };
      const { page, wrong, shoot } = await open(t, phone);
      const picture = { name: 'a'.repeat(90), mimeType: 'image/png' };
      await page.getByLabel('show where the model looks').check();
      const buffer = Buffer.from(await greyPng(4));
      await page.setInputFiles('input[type=file]', { ...picture, buffer });
      await page.waitForSelector('.overlay input:visible');
      await page.getByRole('button', { name: 'Use the camera' }).click();
      await page.waitForSelector('video:visible');
      await shoot(`serve-phone-${colorScheme}`);
      const width = await page.evaluate('document.documentElement.scrollWidth');
      assert.equal(width, 360);
      const paper = String(await page.evaluate('getComputedStyle(document.body).backgroundColor'));
      const [level = 0] = (paper.match(/\d+/g) ?? []).map(Number);
      assert.equal(level > 128, colorScheme === 'light', paper);
      assert.equal(await page.locator('img[src=x]').count(), 0);
      assert.deepEqual(wrong, []);
    });
});

/** The text of what has the focus. */
async function focused(page: Page): Promise<unknown> {
  return await page.evaluate('document.activeElement.textContent');
}
