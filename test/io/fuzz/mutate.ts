import type { Rng } from '../../../src/core/rng.js';

/** Values that programs stumble over, as JSON has them. */
const strange = [
  ...['null', 'true', '""', '"__proto__"', '"constructor"', '[]', '{}', '-1', '0', '1e9', '1e308'],
  ...[
    '0.5',
    '9007199254740993',
    '[[[[[[[[]]]]]]]]',
    '{"name":"Compose","transforms":[]}',
    '"\\ud800"',
  ],
];

/** Damages a file in one of the ways in which files get damaged, or are made to do damage. */
export function mutate(good: Buffer, others: readonly Buffer[], rng: Rng): Buffer {
  const at = rng.int(good.length);
  const length = 1 + rng.int(Math.min(64, good.length));
  const other = others[rng.int(others.length)] ?? good;
  const from = rng.int(other.length);
  const splice = (start: number, removed: number, put: Uint8Array | string) =>
    Buffer.concat([
      good.subarray(0, start),
      Buffer.from(put as string, 'latin1'),
      good.subarray(start + removed),
    ]);
  const ways: readonly (() => Buffer)[] = [
    () => good.subarray(0, at),
    () => splice(at, length, ''),
    () => splice(at, 0, good.subarray(from % good.length, (from % good.length) + length)),
    () => splice(at, length, other.subarray(from, from + length)),
    () => splice(at, 1, Buffer.from([(good[at] ?? 0) ^ (1 << rng.int(8))])),
    () => splice(at, 4, Buffer.alloc(4, 0xff)),
    () => splice(at, 8, Buffer.from('ffffffffffffff7f', 'hex')),
    () => Buffer.from(good.map((byte) => (rng.bool(0.01) ? rng.int(256) : byte))),
    () => Buffer.from(good.map((byte, i) => (i < 128 && rng.bool(0.05) ? rng.int(256) : byte))),
    () =>
      splice(
        at,
        1,
        Buffer.from([rng.int(256)])
          .toString('latin1')
          .repeat(1 + rng.int(5000)),
      ),
    () => replaceNumber(good, rng),
    () => replaceValue(good, rng),
    () => Buffer.concat([good, other.subarray(from, from + length)]),
  ];
  return (ways[rng.int(ways.length)] as () => Buffer)();
}

/** Another number where one stands in digits. */
function replaceNumber(good: Buffer, rng: Rng): Buffer {
  const text = good.toString('latin1');
  const numbers = [...text.matchAll(/\d+/g)];
  const found = numbers[rng.int(Math.max(1, numbers.length))];
  if (found === undefined) return good;
  const value = [
    '0',
    '-1',
    '1',
    '7',
    '255',
    '65536',
    '4294967295',
    '18446744073709551615',
    '1e400',
  ];
  return Buffer.from(
    text.slice(0, found.index) +
      value[rng.int(value.length)] +
      text.slice(found.index + found[0].length),
    'latin1',
  );
}

/** A strange value where one stands in JSON. */
function replaceValue(good: Buffer, rng: Rng): Buffer {
  const text = good.toString('latin1');
  const values = [...text.matchAll(/(?<=[:,[])\s*(?:"[^"]*"|-?[\d.]+|\[[^[\]]*\]|\{[^{}]*\})/g)];
  const found = values[rng.int(Math.max(1, values.length))];
  if (found === undefined) return good;
  const value = strange[rng.int(strange.length)] ?? '';
  return Buffer.from(
    text.slice(0, found.index) + value + text.slice(found.index + found[0].length),
    'latin1',
  );
}
