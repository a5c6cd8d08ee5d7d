/** Where a plan keeps what it computes once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Draft } from '../../../src/engine/compiler/draft.js';
import { accessesOf } from '../../../src/engine/compiler/phase.js';
import { layOutPlan } from '../../../src/engine/compiler/plan-layout.js';
import { Pointer, type Region } from '../../../src/engine/compiler/region.js';
import { EngineMemory } from '../../../src/engine/pool/memory.js';
import { targetWith } from '../../../src/engine/wasm/target.js';

const size = 1 << 20;
const region = (label: string, bytes: number): Region => ({
  ...{ bytes, label, private: false, place: 'arena' },
});
const [w, x, y] = [region('w', 64), region('x', 64), region('y', 64)];
const [small, large] = [region('small', size), region('large', 2 * size)];

/** Two phases that depend on `w` alone write what a third reads, `small` first. */
function draft(): Draft {
  const phase = (reads: readonly Region[], write: Region) => {
    const pointers = [
      ...reads.map((from) => new Pointer(from, 0, 'read')),
      new Pointer(write, 0, 'write'),
    ];
    return { kernel: 'copy', words: [], accesses: accessesOf(pointers, undefined, []) } as const;
  };
  return {
    phases: [
      { ...phase([w], small), note: 'small' },
      { ...phase([w], large), note: 'large' },
      { ...phase([x, small, large], y), note: 'y' },
    ],
    ...{ hostCalls: [], inputs: [w, x], outputs: [y], steady: [0], checks: [], conversions: 0 },
  };
}

/** A memory with a gap for one of each size, between blocks that stay. */
function memoryWithGaps() {
  const memory = new EngineMemory();
  const gaps = [2 * size, size].map((bytes) => {
    const gap = memory.allocate(bytes);
    memory.allocate(64);
    return gap;
  });
  for (const gap of gaps) memory.free(gap);
  return { memory, gaps };
}

test('what is kept fills the gaps between blocks, the largest first', () => {
  const { memory, gaps } = memoryWithGaps();
  const { addresses, everyRun, bytes } = layOutPlan(draft(), memory, targetWith(undefined), false);
  assert.deepEqual(
    [large, small].map((kept) => addresses.get(kept)),
    gaps,
  );
  assert.equal(everyRun.phases.length, 1);
  assert.ok(bytes >= 3 * size);
});

test('where memory is short for a part of it, nothing is kept and everything runs every time', () => {
  const { memory, gaps } = memoryWithGaps();
  const allocate = memory.allocateSpare.bind(memory);
  memory.allocateSpare = (bytes) => (bytes === size ? undefined : allocate(bytes));
  const { everyRun, room } = layOutPlan(draft(), memory, targetWith(undefined), false);
  assert.equal(everyRun.phases.length, 3);
  room.release();
  assert.deepEqual([memory.allocate(2 * size), memory.allocate(size)], gaps);
});
