/** Studies killed with SIGKILL end as one that never was; `npm run verify:tune` kills one twenty times. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../vision/datasets/temporary-folder.js';
import { lastingFiles, type StudyEvent, tuneUntil } from './killed-study.js';

const skip = process.platform === 'win32' && 'there is no SIGKILL on Windows';

const search = ['digits', '--limit', '60', '--epochs', '2', '--seed', '3', '--threads', '1'];
const space = ['--search', 'optimizer.lr=log:1e-3..1e-1', '--trials', '3', '--jobs', '1'];

const never = () => false;
const after = (event: string, trial: number) => (told: StudyEvent) =>
  told.event === event && told.trial === trial;

test('killed in a training and between trials, a study ends with the bits of one that never was', {
  skip,
}, async (t) => {
  const folder = await temporaryFolder(t);
  const args = (out: string) => [...search, ...space, '--out', out];
  await tuneUntil(folder, args('whole'), never);
  assert.ok((await tuneUntil(folder, args('cut'), after('epoch', 1))).killed);
  const resume = ['--resume', 'cut', '--jobs', '1'];
  assert.ok((await tuneUntil(folder, resume, after('trial', 2))).killed);
  const { killed, events } = await tuneUntil(folder, resume, never);
  assert.equal(killed, false);
  const trained = events.filter(({ event }) => event === 'epoch').map(({ trial }) => trial);
  assert.deepEqual([...new Set(trained)], [3], 'trials that had ended are not trained again');
  const [whole, cut] = [lastingFiles(join(folder, 'whole')), lastingFiles(join(folder, 'cut'))];
  assert.deepEqual([...cut.keys()], [...whole.keys()]);
  for (const [name, bytes] of whole) assert.deepEqual(cut.get(name), bytes, name);
  const lines = readFileSync(join(folder, 'cut', 'trials.jsonl'), 'utf8')
    .trim()
    .split('\n');
  assert.equal(lines.length, 3);
});
