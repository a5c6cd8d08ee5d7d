import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeBarriers } from '../../../src/engine/compiler/barriers.js';
import { accessesOf, type Phase } from '../../../src/engine/compiler/phase.js';
import { Pointer, type Region } from '../../../src/engine/compiler/region.js';

const region = (label: string, isPrivate = false): Region => ({
  bytes: 64,
  label,
  private: isPrivate,
  place: 'arena',
});
const reads = (r: Region) => new Pointer(r, 0, 'read');
const writes = (r: Region) => new Pointer(r, 0, 'write');

function phase(pointers: Pointer[], split?: string): Phase {
  const own = split === undefined ? [] : pointers;
  return {
    kernel: 'copy',
    words: pointers,
    accesses: accessesOf(pointers, split, own),
    note: '',
  };
}

/** Each region at a place of its own, unless `places` says otherwise. */
function barriers(phases: Phase[], places = new Map<Region, number>()): boolean[] {
  return placeBarriers(phases, (r) => {
    const start = places.get(r);
    return start === undefined ? undefined : { start, end: start + r.bytes };
  });
}

const [a, b, c] = [region('a'), region('b'), region('c')] as const;

test('a reader waits for the writer, and the last phase for all', () => {
  assert.deepEqual(barriers([phase([writes(a)]), phase([reads(a), writes(b)])]), [true, true]);
});

test('a writer waits for the readers', () => {
  assert.deepEqual(barriers([phase([reads(a)]), phase([writes(a)])]), [true, true]);
});

test('phases that share nothing, or only read, run on', () => {
  const phases = [phase([reads(a), writes(b)]), phase([reads(a), writes(c)])];
  assert.deepEqual(barriers(phases), [false, true]);
});

test('equal splits of owned regions run on, different splits wait', () => {
  const chain = (second: string) => [
    phase([writes(a)], 'flat:16'),
    phase([reads(a), writes(b)], second),
  ];
  assert.deepEqual(barriers(chain('flat:16')), [false, true]);
  assert.deepEqual(barriers(chain('rows:4')), [true, true]);
});

test('a barrier is placed before the phase that needs it, not before', () => {
  const phases = [phase([writes(a)]), phase([writes(b)]), phase([reads(a)])];
  assert.deepEqual(barriers(phases), [false, true, true]);
});

test('a private region of each thread needs none', () => {
  const own = region('own', true);
  assert.deepEqual(barriers([phase([writes(own)]), phase([writes(own)])]), [false, true]);
});

test('regions that take the same place at different times wait for each other', () => {
  const phases = [phase([reads(a)], 'flat:16'), phase([writes(b)], 'flat:16')];
  const places = new Map([
    [a, 0],
    [b, 32],
  ]);
  assert.deepEqual(barriers(phases, places), [true, true]);
  places.set(b, 64);
  assert.deepEqual(barriers(phases, places), [false, true]);
});
