/** What a run's page says. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import '../../src/ops/index.js';
import { languages } from '../../src/report/language/words.js';
import { reportPage } from '../../src/report/page/page.js';
import { fitting } from '../../src/report/picture-grid.js';
import { shortNames } from '../../src/report/short-name.js';
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
