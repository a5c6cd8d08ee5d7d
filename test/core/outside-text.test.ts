import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DataError } from '../../src/core/errors.js';
import { printable, quote, quoteAll, show } from '../../src/core/outside-text.js';
import { Rng } from '../../src/core/rng.js';

const cases: readonly (readonly [given: string, shown: string])[] = [
  ['cat', 'cat'],
  ['Füße 猫 👩‍👩‍👧', 'Füße 猫 👩‍👩‍👧'],
  ['\x1b[2Jgone', '\\x1b[2Jgone'],
  ['\x9b31m\x07\x7f\0', '\\x9b31m\\x07\\x7f\\x00'],
  ['two\nlines\r\tand', 'two\\nlines\\r\\tand'],
  ['cod.\u202egpj', 'cod.\\u202egpj'],
  ['\ufeffa\u2028b\ud800', '\\ufeffa\\u2028b\\ud800'],
  ['tag\u{e0041}', 'tag\\u{e0041}'],
];

test('what a terminal would obey is escaped, all other letters stay', () => {
  for (const [given, shown] of cases) {
    assert.equal(printable(given), shown);
    assert.equal(quote(given), `'${shown}'`);
  }
});

test('errors cannot carry an escape to the terminal, their fields keep the path', () => {
  const error = new DataError('cat\x1b[2J.jpg', 'holds\n  \x1b]0;title\x07');
  assert.equal(error.message, 'cat\\x1b[2J.jpg: holds\n  \\x1b]0;title\\x07');
  assert.equal(error.detail, 'holds\n  \\x1b]0;title\\x07');
  assert.equal(error.path, 'cat\x1b[2J.jpg');
});

test('quotes are at most 80 characters, and cut no letter in two', () => {
  assert.equal(quote('a'.repeat(80)), `'${'a'.repeat(80)}'`);
  assert.equal(quote('a'.repeat(81)), `'${'a'.repeat(80)}…'`);
  assert.equal(quote('👩'.repeat(1e5)), `'${'👩'.repeat(40)}…'`);
  assert.equal(quote('\x1b'.repeat(1e5)), `'${'\\x1b'.repeat(20)}…'`);
  assert.equal(quoteAll(['b', 'a ']), "'b', 'a '");
  assert.equal(
    quoteAll(Array.from({ length: 12 }, (_, i) => `${i}`)),
    "'0', '1', '2', '3', '4', '5', '6', '7', '8', '9' and 2 more",
  );
});

test('values are shown as JSON, whatever they are', () => {
  const values: readonly (readonly [unknown, string])[] = [
    [null, 'null'],
    [undefined, 'undefined'],
    [Number.NaN, 'NaN'],
    [2n ** 64n, '18446744073709551616'],
    ['x"\x1b', '"x\\"\\u001b"'],
    [[1, [2, 'a']], '[1,[2,"a"]]'],
    [{ size: [1, 2], name: null }, '{"size":[1,2],"name":null}'],
    [new Uint8Array([1, 2]), '[1,2]'],
    [Math.max, 'a function'],
  ];
  for (const [value, shown] of values) assert.equal(show(value), shown);
  let deep: unknown = 1;
  for (let i = 0; i < 1e5; i++) deep = [deep];
  assert.equal(show(deep), `${'['.repeat(80)}…`);
  const round: unknown[] = [];
  round.push(round);
  assert.equal(show(round), `${'['.repeat(80)}…`);
  assert.equal(show(new Float32Array(1e6)), `[${'0,'.repeat(39)}0…`);
});

test('nothing printable() gives is obeyed by a terminal', () => {
  const rng = new Rng(1);
  for (let round = 0; round < 300; round++) {
    const text = String.fromCharCode(...Array.from({ length: 20 }, () => rng.int(0x3000)));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    assert.doesNotMatch(printable(text), /[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/);
  }
});
