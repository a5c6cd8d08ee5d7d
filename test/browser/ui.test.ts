/** The page of runs: the table, a run, a training while it goes on, by mouse and by keyboard, on a desk and on a phone. */
import assert from 'node:assert/strict';
import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { RunFolder } from '../../src/runs/run-folder.js';
import { readSteering } from '../../src/runs/steering/steering-log.js';
import { openUi } from '../../src/ui/ui.js';
import { commandLine } from '../cli/run-wick.js';
import { fillFolder } from '../recipes/picture-folder.js';
import { makeRun } from '../runs/compare/made-run.js';
import { put, temporaryFolder } from '../vision/datasets/temporary-folder.js';
import { skip } from './open-page.js';
import { pathsOf, trainDigits, visitUi, widthOf } from './ui-page.js';

async function filled(root: string): Promise<void> {
  await makeRun(root, 'cats-1', { accuracies: [0.5, 0.7] });
  await makeRun(root, '<b>2"&', { accuracies: [0.6, 0.8], split: 'val', test: 0.79 });
  await makeRun(root, 'cats-3', { accuracies: [0.4], summary: { failed: 'the loss is NaN' } });
  const step = (n: number) =>
    `${JSON.stringify({ step: n, epoch: 1, loss: 2 / n, lr: 0.1, samples: 8 })}\n`;
  await writeFile(
    join(root, 'cats-1/steps.jsonl'),
    Array.from({ length: 50 }, (_, i) => step(i + 1)).join(''),
  );
}

describe('the page of runs', { skip }, () => {
  test('a training is followed while it goes on, and when it is stopped', async (t) => {
    const root = await temporaryFolder(t);
    const { page, wrong, shoot } = await visitUi(t, root);
    await page.getByText('There is no run yet').waitFor();
    const args = ['--epochs', '1000', '--limit', '200', '--threads', '1', '--out', 'live'];
    const training = trainDigits(t, root, args);
    await page.getByRole('link', { name: 'live' }).click();
    await page.locator('[data-chart="accuracy"] svg').waitFor();
    await page.locator('.state.running').waitFor();
    const epoch = async () =>
      Number(/epoch (\d+)/.exec((await page.textContent('.quiet')) ?? '')?.[1]);
    const before = await epoch();
    while ((await epoch()) <= before + 1) await page.waitForTimeout(100);
    assert.ok((await pathsOf(page, 'steps')) > 5);
    await page.hover('[data-chart="accuracy"] svg');
    await shoot('live');
    training.kill('SIGINT');
    await page.locator('.state.stopped').waitFor();
    await page.getByRole('link', { name: 'Open the whole report' }).waitFor();
    assert.deepEqual(wrong, []);
  });

  test('a training is steered by the keyboard: another learning rate, then stop and save', async (t) => {
    const root = await temporaryFolder(t);
    const token = 'correct-horse-battery';
    const { page, ui, wrong, shoot } = await visitUi(t, root, {}, { token, control: true });
    assert.equal(page.url(), ui.url.replace(/\?.*/, ''), 'the address keeps no token');
    const args = ['--epochs', '1000', '--limit', '200', '--threads', '1', '--out', 'live'];
    trainDigits(t, root, args);
    await page.getByRole('link', { name: 'live' }).click();
    const rate = page.getByLabel('New learning rate');
    await rate.waitFor();
    await rate.focus();
    await page.keyboard.type('fast');
    await page.keyboard.press('Enter');
    await page.getByText('A number above 0 is required').waitFor();
    await rate.fill('');
    await page.keyboard.type('3e-4');
    await page.keyboard.press('Enter');
    await page.getByText('learning rate 0.001 → 0.0003 after step').waitFor();
    await shoot('steered');
    await page.getByRole('button', { name: 'Stop and save' }).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await page.locator('.state.stopped').waitFor();
    assert.equal(await rate.isVisible(), false, 'nothing is left to steer');
    assert.deepEqual(
      (await readSteering(await RunFolder.open(join(root, 'live')))).map(({ action }) => action),
      ['lr', 'stop'],
    );
    assert.deepEqual(wrong, []);
  });

  test('when the server is started anew, the page goes on without a gap', async (t) => {
    const root = await temporaryFolder(t);
    await filled(root);
    const { page, ui, wrong } = await visitUi(t, root);
    await page.getByRole('link', { name: 'cats-1' }).click();
    await page.locator('[data-chart="accuracy"] svg').waitFor();
    const port = Number(new URL(ui.url).port);
    await ui.close();
    await page.getByText('The server does not answer.').waitFor();
    const scores = { epoch: 3, loss: 0.1, accuracy: 0.9 };
    const lines = [
      { ...scores, split: 'train', lr: 0.1 },
      { ...scores, split: 'test', balancedAccuracy: 0.9 },
    ];
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    await appendFile(join(root, 'cats-1/metrics.jsonl'), text);
    const onError = (error: unknown) => assert.fail(String(error));
    const next = await openUi(root, { host: '127.0.0.1', port, token: null, onError });
    t.after(() => next.close());
    await page.getByText('best 90.0 % in epoch 3').waitFor();
    await page.getByText('The server does not answer.').waitFor({ state: 'hidden' });
    const epochs = '[data-chart="accuracy"] svg text';
    await page.locator(epochs, { hasText: /^3$/ }).waitFor();
    assert.equal(await page.locator(epochs, { hasText: /^[123]$/ }).count(), 3, 'each epoch once');
    assert.deepEqual(
      wrong.filter((text) => !/ERR_|Failed to load/.test(text)),
      [],
    );
  });

  test('folders that are dropped are sent, with what lies below them', async (t) => {
    const root = await temporaryFolder(t);
    await fillFolder(join(root, 'photos'), { green: 3, red: 4 });
    const runs = join(root, 'runs');
    await mkdir(runs);
    const more = { control: true, command: commandLine([]) };
    const { page, wrong, shoot } = await visitUi(t, runs, {}, more);
    const place = page.locator('.picture-input');
    const drop = async (...names: string[]) => {
      const box = await place.boundingBox();
      assert.ok(box);
      const devtools = await page.context().newCDPSession(page);
      const files = names.map((name) => join(root, name));
      const data = { items: [], files, dragOperationsMask: 1 };
      const at = { x: box.x + box.width / 2, y: box.y + box.height / 2, data };
      for (const type of ['dragEnter', 'dragOver'] as const)
        await devtools.send('Input.dispatchDragEvent', { type, ...at });
      assert.match((await place.getAttribute('class')) ?? '', /over/);
      await devtools.send('Input.dispatchDragEvent', { type: 'drop', ...at });
    };
    await place.waitFor();
    await drop('photos');
    await page.getByText('photos: 7 pictures, 2 classes').waitFor();
    await shoot('dropped');
    await page.reload();
    await place.waitFor();
    await drop('photos/red', 'photos/green');
    await page.getByText(': 7 pictures, 2 classes').waitFor();
    assert.deepEqual(wrong, []);
  });

  test('a folder is sent and trained on; one without pictures is told', async (t) => {
    const root = await temporaryFolder(t);
    await fillFolder(join(root, 'photos'), { green: 10, red: 10 });
    await put(join(root, 'texts/cat'), 'a.txt', 'no picture');
    const runs = join(root, 'runs');
    await mkdir(runs);
    const command = commandLine([]);
    const more = { control: true, command };
    const { page, wrong, shoot } = await visitUi(t, runs, {}, more);
    const chooser = page.getByLabel('Choose a folder');
    await chooser.setInputFiles(join(root, 'texts'));
    await page.getByText('There are no pictures in class folders in it.').waitFor();
    await chooser.setInputFiles(join(root, 'photos'));
    await page.getByText('photos: 20 pictures, 2 classes').waitFor();
    await page.keyboard.type('3'); // epochs have the focus
    await page.getByLabel('Network').selectOption('lenet');
    await shoot('folder');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'photos-1' }).waitFor();
    await page.locator('.state.finished').waitFor();
    await page.locator('[data-chart="accuracy"] svg').waitFor();
    assert.deepEqual(wrong, []);
  });

  test('by the keyboard alone: a run, back, two to compare, another language', async (t) => {
    const root = await temporaryFolder(t);
    await filled(root);
    const { page, wrong, shoot } = await visitUi(t, root);
    await page.getByRole('link', { name: 'cats-1' }).waitFor();
    await shoot('table');
    const focused = () =>
      page.evaluate(
        'document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent',
      );
    const tabTo = async (name: string) => {
      for (let i = 0; i < 30 && (await focused()) !== name; i++) await page.keyboard.press('Tab');
      assert.equal(await focused(), name);
    };
    await tabTo('cats-1');
    await page.keyboard.press('Enter');
    await page.locator('[data-chart="steps"] svg').waitFor();
    await page.getByText('npx wick reproduce').waitFor();
    await shoot('run');
    await tabTo('All runs');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'cats-3' }).waitFor();
    await tabTo('compare <b>2"&');
    await page.keyboard.press('Space');
    await tabTo('compare cats-1');
    await page.keyboard.press('Space');
    await tabTo('Compare chosen runs');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'What differs' }).waitFor();
    assert.equal(await page.locator('svg').count(), 1);
    await shoot('compare');
    await page.goBack();
    await page.getByRole('combobox').selectOption('zh');
    await page.getByRole('heading', { name: /中的训练/ }).waitFor();
    assert.deepEqual(wrong, []);
  });

  test('on a phone, dark, in Chinese, nothing sticks out', async (t) => {
    const root = await temporaryFolder(t);
    await filled(root);
    const { page, wrong, shoot } = await visitUi(t, root, {
      viewport: { width: 360, height: 740 },
      colorScheme: 'dark',
      locale: 'zh-CN',
    });
    await page.getByRole('link', { name: 'cats-1' }).waitFor();
    assert.ok((await widthOf(page)) <= 360, `${await widthOf(page)} pixels`);
    await shoot('phone-table');
    await page.getByRole('combobox').selectOption('en');
    await page.getByRole('columnheader', { name: 'Epochs' }).waitFor();
    assert.ok((await widthOf(page)) <= 360, `${await widthOf(page)} pixels`);
    assert.deepEqual(await page.evaluate(brokenWords), []);
    await shoot('phone-table-english');
    await page.getByRole('combobox').selectOption('zh');
    await page.getByRole('link', { name: 'cats-1' }).click();
    await page.locator('[data-chart="loss"] svg').waitFor();
    await page.getByText('npx wick reproduce').waitFor();
    assert.ok((await widthOf(page)) <= 360, `${await widthOf(page)} pixels`);
    await shoot('phone-run');
    await page.goto(page.url().replace('cats-1', encodeURIComponent('cats-3')));
    await page.getByText('the loss is NaN').waitFor();
    assert.deepEqual(wrong, []);
  });
});

/** Words in the table, but for names, that go on in another line. */
const brokenWords = `[...document.querySelectorAll('.runs :is(th, td):not(:nth-child(2))')].flatMap((cell) => {
  const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
  const broken = [];
  while (walker.nextNode())
    for (const { 0: word, index } of walker.currentNode.data.matchAll(/[^ ]+/g)) {
      const range = document.createRange();
      range.setStart(walker.currentNode, index);
      range.setEnd(walker.currentNode, index + word.length);
      if (range.getClientRects().length > 1) broken.push(word);
    }
  return broken;
})`;
