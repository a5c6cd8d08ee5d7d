import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Dimension, parseGrid, parseSearch } from '../../../src/runs/tune/space.js';
import { fromUnit, toUnit } from '../../../src/runs/tune/unit-interval.js';

test('settings to be searched, as the command line has them', () => {
  assert.deepEqual(parseSearch('optimizer.lr=log:1e-5..1e-1'), [
    'optimizer.lr',
    { log: [1e-5, 0.1] },
  ]);
  assert.deepEqual(parseSearch('a = uniform: -1 .. 0.5'), ['a', { uniform: [-1, 0.5] }]);
  assert.deepEqual(parseSearch('a=int:1..8'), ['a', { int: [1, 8] }]);
  assert.deepEqual(parseSearch('a=choice:sgd,0.5,true,[1,2],none'), [
    'a',
    { choice: ['sgd', 0.5, true, [1, 2], 'none'] },
  ]);
  assert.deepEqual(parseGrid('model.views=1,2,4'), ['model.views', [1, 2, 4]]);
});

test('what is no range, or has no values, is refused with what is required', () => {
  const refused: readonly (readonly [text: string, message: RegExp])[] = [
    ['optimizer.lr', /^search: given 'optimizer\.lr', KEY=log:LOW\.\.HIGH, .* is required$/],
    ['a=lin:1..2', /^search: given 'a=lin:1\.\.2', KEY=log:/],
    ['a=log:0..1', /^a: given log from 0, a range above 0 is required; or use uniform$/],
    ['a=log:1..0.1', /^a: given log from \[1,0\.1\], two numbers are required, the lower one/],
    ['a=uniform:1', /two numbers are required/],
    ['a=uniform:..1', /two numbers are required/],
    ['a=int:1..2.5', /^a: given int from 1 to 2\.5, whole numbers are required$/],
    ['a=choice:', /^search: given 'a=choice:', KEY=log:/],
    ['a=choice:1,1.0', /^a: given \[1,1\], different values are required$/],
  ];
  for (const [text, message] of refused)
    assert.throws(() => parseSearch(text), { name: 'ValueError', message }, text);
  assert.throws(
    () => parseGrid('a='),
    /^ValueError: grid: given 'a=', a setting and values are required: KEY=A,B$/,
  );
  assert.throws(() => parseGrid('=1'), /^ValueError: grid: given '=1', a setting and values/);
});

test('the unit interval covers a range evenly, in its logarithm or in whole numbers', () => {
  const log: Dimension = { log: [1e-4, 1] };
  assert.deepEqual(
    [0, 0.25, 0.5, 1].map((unit) => fromUnit(log, unit)),
    [1e-4, 1e-3, 0.01, 1],
  );
  const uniform: Dimension = { uniform: [-1, 3] };
  assert.deepEqual(
    [0, 0.25, 1].map((unit) => fromUnit(uniform, unit)),
    [-1, 0, 3],
  );
  const int: Dimension = { int: [2, 5] };
  const units = Array.from({ length: 40 }, (_, i) => i / 40);
  const counts = [2, 3, 4, 5].map((n) => units.filter((unit) => fromUnit(int, unit) === n).length);
  assert.deepEqual(counts, [10, 10, 10, 10], 'both ends are as likely as the others');
  assert.equal(fromUnit(int, 1), 5);
  for (const dimension of [log, uniform, int])
    for (const unit of [0.07, 0.4, 0.93]) {
      const value = fromUnit(dimension, unit);
      assert.equal(fromUnit(dimension, toUnit(dimension, value)), value);
    }
});
