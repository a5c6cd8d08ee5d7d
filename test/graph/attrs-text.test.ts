import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attrsText } from '../../src/graph/attrs-text.js';

test('attributes that differ have different texts', () => {
  const scalars = [
    Number.NaN,
    Infinity,
    -Infinity,
    0,
    -0,
    1,
    0.1,
    null,
    true,
    'null',
    'NaN',
    '0',
    '',
  ];
  const attrs = [
    {},
    ...scalars.flatMap((value) => [{ a: value }, { b: value }, { a: [value] }, { a: [value, 1] }]),
    { a: 1, b: 2 },
    { a: '1,"b":2' },
    { a: { b: 2 } },
    { a: [[1], 2] },
    { a: [[1, 2]] },
  ];
  const texts = attrs.map(attrsText);
  assert.equal(new Set(texts).size, attrs.length, texts.join('\n'));
});

test('the text is JSON where JSON says all', () => {
  const attrs = { stride: [1, 2], reduction: 'mean', keepdim: false, min: null, eps: 1e-5 };
  assert.equal(attrsText(attrs), JSON.stringify(attrs));
});
