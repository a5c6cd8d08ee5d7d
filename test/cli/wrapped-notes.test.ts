import assert from 'node:assert/strict';
import { test } from 'node:test';
import { temporaryFolder, wick } from './run-wick.js';

test('notes of a training keep to 80 columns', () => {
  const set = [
    '--optimizer',
    'sgd',
    '--lr',
    '1000',
    '--epochs',
    '1',
    '--limit',
    '40',
    '--no-report',
  ];
  const { out } = wick(temporaryFolder(), ['train', 'digits', ...set]);
  assert.match(out, /^note: lr 1000 is far above /m);
  const wide = out.split('\n').filter((line) => line.startsWith('note: ') && line.length > 80);
  assert.deepEqual(wide, []);
});
