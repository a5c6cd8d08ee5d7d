/** What a run's page says. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import '../../src/ops/index.js';
import { languages } from '../../src/report/language/words.js';
import { dataSection } from '../../src/report/page/data-section.js';
import { reportPage } from '../../src/report/page/page.js';
import { fitting } from '../../src/report/picture-grid.js';
import { shortNames } from '../../src/report/short-name.js';
import { englishIn } from './english-in.js';
import { sampleReport } from './sample-report.js';

test('the result has its interval, and a finding some of its files', async () => {
  const names = Array.from({ length: 20 }, (_, k) => `class-${k}`);
  const page = reportPage(await sampleReport(names), languages.en);
  assert.match(page, /Right for 66\.7 % of 90 test images \(95 % interval 56\.4 to 75\.5 %\)/);
  assert.match(page, /20 in several splits: what is tested has been trained on/);
  const [, files = ''] = /in several splits.*?<ul>(.*?)<\/ul>/s.exec(page) ?? [];
  assert.deepEqual(
    [...files.matchAll(/<li>(?:<bdi>)?([^<]*)/g)].map(([, text]) => text),
    [...names.slice(0, 8).map((name) => `train/${name}/${name}.png`), '… +12'],
  );
});

test('a report in Chinese has no English in it but names and commands', async () => {
  const report = await sampleReport(['一', '二']);
  const copies = [
    { split: 'train', name: 'a/1.png', label: '一' },
    { split: 'test', name: 'b/2.png', label: '二' },
  ];
  const files = [{ name: 'a/3.png', fault: 'is empty' }];
  const kinds = [
    { kind: 'leaks', files: [{ copies }] },
    { kind: 'corrupt', files },
  ] as const;
  const notes = ['stopped by hand after step 7'];
  const made = { ...report, found: { kinds }, notes };
  const page = reportPage(made, languages.zh);
  assert.match(page, /训练 a\/1\.png（一） = 测试 b\/2\.png（二）/);
  assert.deepEqual(englishIn(page), []);
  assert.match(reportPage(made, languages.en), /training a\/1\.png \(一\) = test b\/2\.png \(二\)/);
});

test('up to 24 classes are listed in their order, of more the five largest and the five smallest', async () => {
  const listed = async (count: number) => {
    const names = Array.from({ length: count }, (_, k) => `class-${k}`);
    const { splits, ...report } = await sampleReport(names);
    const counts = names.map((_, k) => 10 + ((7 * k) % count)); // none twice
    const data = [{ name: 'train', samples: 900, counts }, ...splits.slice(1)];
    const html = dataSection({ ...report, splits: data }, languages.en);
    const [, table = ''] = /<table>(.*?)<\/table>/s.exec(html) ?? [];
    const rows = [...table.matchAll(/<th scope="row"><bdi>([^<]*).*?<bdi>(\d+)/g)];
    const counted = rows.slice(0, -1).map(([, name, n]) => [name, Number(n)] as const);
    return { counted, said: html.includes('The largest and the smallest classes:') };
  };
  const all = await listed(24);
  assert.deepEqual(
    all.counted.map(([name]) => name),
    Array.from({ length: 24 }, (_, k) => `class-${k}`),
  );
  assert.ok(!all.said);
  const some = await listed(25);
  assert.deepEqual(
    some.counted.map(([, count]) => count),
    [34, 33, 32, 31, 30, 14, 13, 12, 11, 10],
  );
  assert.ok(some.said);
});

test('a run that was stopped or went wrong says so, and how it goes on', async () => {
  const report = await sampleReport(['a', 'b']);
  const page = reportPage(report, languages.en);
  assert.match(page, /stopped after 3 of 5 epochs/);
  assert.match(page, /npx wick train --resume runs\/a</);
  const ended = { ...report.ended, wanted: 3, stopped: false };
  assert.doesNotMatch(reportPage({ ...report, ended }, languages.en), /--resume|was stopped/);
  const failed = { ...ended, failed: 'the loss is NaN' };
  const wrong = reportPage({ ...report, ended: failed }, languages.en);
  assert.match(wrong, /The training failed: the loss is NaN/);
  assert.match(wrong, /--resume runs\/a</);
});

test('names that are the same when they are cut have their numbers', () => {
  assert.deepEqual(shortNames(['abcdefghij1', 'abcdefghij2', 'x'], 8), ['abc… #0', 'abc… #1', 'x']);
  assert.deepEqual(shortNames(['👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦', 'y'], 2), ['👩‍👩‍👧‍👦…', 'y']);
});

test('texts under pictures end where the place does; Chinese takes two places a sign', () => {
  const latin = fitting('m'.repeat(40), 84);
  const chinese = fitting('猫'.repeat(40), 84);
  assert.match(latin, /^m{15}…$/);
  assert.match(chinese, /^猫{7}…$/);
  assert.equal(fitting('猫 cat', 84), '猫 cat');
});
