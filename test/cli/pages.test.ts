/** All that the command line draws and writes, of 200 classes and files whose names hurt, and in another language. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { decode } from '../../src/vision/codecs/decode.js';
import { pngOfSvg } from '../../src/vision/codecs/sharp.js';
import { csvRows } from '../../src/vision/datasets/csv.js';
import { colored } from '../recipes/picture-folder.js';
import { namesOnDisk } from '../report/on-disk.js';
import { put } from '../vision/datasets/temporary-folder.js';
import { type Outcome, temporaryFolder, wick, wickAgain } from './run-wick.js';

const folder = temporaryFolder();
const [photos, run] = ['<script>alert(7)<_script> "猫" & 😀', "<img src=x onerror='alert(8)'>"];
const chinese = { WICK_LANG: 'zh' };

/** What `wick ARGS…` prints, which has ended well and tells a terminal nothing that it obeys. */
function requireTold(args: readonly string[], { code, out, err }: Outcome): string {
  assert.equal(code, 0, err);
  const obeyed = [...(out + err).replaceAll('\n', '')].filter((sign) =>
    /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u.test(sign),
  );
  assert.deepEqual(obeyed, [], args[0]);
  return out;
}

const told = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  requireTold(args, wick(folder, args, env));

/** The same of looks at what is there, which follow each other in a process. */
const toldAgain = async (...args: readonly string[]) =>
  requireTold(args, await wickAgain(folder, args));

before(async () => {
  for (const [i, name] of namesOnDisk.entries()) {
    await put(join(folder, photos), `${name}/${name}.png`, await colored(name, 8, 2 * i));
    await put(join(folder, photos), `${name}/1.png`, await colored(name, 8, 2 * i + 1));
  }
  const options = ['--epochs', '1', '--image-size', '8', '--seed', '0', '--threads', '1'];
  told(['train', photos, ...options, '--tensorboard', '--out', run], chinese);
});

const text = (...path: string[]) => readFileSync(join(folder, ...path), 'utf8');

/** A page in a language, with so many scripts of its own. */
function requirePage(html: string, language: string, scripts: number): void {
  assert.match(html, new RegExp(`^<!doctype html>\n<html lang="${language}">`));
  assert.equal(html.match(/<script/gi)?.length ?? 0, scripts, 'scripts');
  assert.equal(html.match(/<\/script/gi)?.length ?? 0, scripts, 'ends of scripts');
  const markup = html.replace(/<script[\s\S]*?<\/script>/g, '');
  const tags = markup.replace(/"[^"]*"/g, '').match(/<[a-z!][^>]*>/gi) ?? [];
  assert.doesNotMatch(tags.join(''), /src=x|<!--|\son\w+=/i, 'markup of names');
  const signs = html.replace(/[\n\t]/g, '').match(/[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/gu);
  assert.equal(signs, null, 'signs that turn or break what follows');
}

test('pictures and report of the training', async () => {
  const html = text(run, 'report.html');
  requirePage(html, 'zh', 3);
  const [, data = ''] =
    /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(html) ?? [];
  const { classes } = JSON.parse(data);
  assert.ok(
    classes.some((name: string) => name.startsWith('</script><!--') || name.includes('<!--')),
  );
  assert.match(html, /与默认不同的设置/);
  const files = readdirSync(join(folder, run));
  const drawn = files.filter((file) => /\.(svg|png)$/.test(file));
  assert.equal(drawn.length, 12, drawn.join());
  for (const file of drawn)
    if (file.endsWith('.png')) await decode(join(folder, run, file));
    else {
      assert.doesNotMatch(text(run, file), /<script|<img|[\p{Cs}\u202e]/u, file);
      await pngOfSvg(text(run, file), 0.25);
    }
  assert.match(text(run, 'curves.svg'), />准确率（%）</);
});

test('results.csv and the event file hold numbers, and no names', () => {
  const [head = '', line = ''] = text(run, 'results.csv').trim().split('\n');
  assert.equal(line.split(',').length, head.split(',').length);
  assert.match(line, /^[\d.,e-]+$/);
  const events = readdirSync(join(folder, run)).filter((file) => file.startsWith('events.out'));
  assert.equal(events.length, 1);
  assert.doesNotMatch(text(run, events[0] ?? ''), /alert|猫/);
});

test('evaluate and report, in the language that is asked for', async () => {
  told(['evaluate', run, '--lang', 'en'], chinese);
  requirePage(text(run, 'report.html'), 'en', 3);
  assert.match(text(run, 'curves.svg'), />Accuracy \(%\)</);
  await toldAgain('report', run, '--lang', 'zh');
  requirePage(text(run, 'report.html'), 'zh', 3);
});

test('compare', async () => {
  await toldAgain('compare', run, '--out', 'compare.html', '--lang', 'zh');
  const html = text('compare.html');
  requirePage(html, 'zh', 0);
  assert.match(html, /各次训练/);
  assert.match(html, />准确率（%）</);
});

test('explain, features and embed', async () => {
  const some = namesOnDisk.slice(0, 20).map((name) => join(photos, name, `${name}.png`));
  told(['explain', run, ...some, '--out', 'why'], chinese);
  requirePage(text('why', 'index.html'), 'zh', 0);
  assert.match(text('why', 'index.html'), /预测为/);
  assert.equal(readdirSync(join(folder, 'why')).length, some.length + 1);
  await toldAgain('features', run, some[0] ?? '', '--out', 'maps', '--lang', 'zh');
  requirePage(text('maps', 'index.html'), 'zh', 0);
  await toldAgain('embed', run, photos, '--out', 'map.html', '--lang', 'zh');
  requirePage(text('map.html'), 'zh', 0);
});

const parsed = (csv: string) => [...csvRows('answers', csv)].map(({ fields }) => fields);

/** Folders whose names begin with a dot are passed over, as by a training. */
const hidden = namesOnDisk.filter((name) => name.startsWith('.'));

test('predict --csv has a row a picture, with the names as they are', async () => {
  const printed = await toldAgain('predict', run, photos, '--csv', '--top', '2');
  await toldAgain('predict', run, photos, '--top', '2', '--out', 'answers.csv');
  for (const csv of [printed, text('answers.csv')]) {
    const [head, ...rows] = parsed(csv);
    assert.deepEqual(head, ['image', 'class', 'probability', 'class2', 'probability2', 'error']);
    assert.equal(rows.length, 2 * (namesOnDisk.length - hidden.length));
    for (const row of rows) assert.equal(row.length, 6, row.join());
  }
  const images = parsed(text('answers.csv'))
    .slice(1)
    .map(([image]) => image);
  assert.ok(images.includes(join(photos, namesOnDisk[12] ?? '', '1.png')));
});

test('tune', () => {
  const fixed = ['--epochs', '1', '--image-size', '8', '--seed', '0', '--threads', '1'];
  const out = ['--out', '"><script>alert(9)'];
  told(['tune', photos, '--grid', 'batchSize=64', ...fixed, ...out, '--lang', 'zh']);
  const html = text('"><script>alert(9)', 'report.html');
  requirePage(html, 'zh', 0);
  assert.match(html, /最佳为第 1 次试验/);
});
