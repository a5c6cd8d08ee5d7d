import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rng } from '../../../src/core/rng.js';
import { alignment, Heap } from '../../../src/engine/pool/heap.js';

test('blocks never overlap, and everything given back is one gap again', () => {
  const rng = new Rng(1);
  const end = 64 * 1024;
  const heap = new Heap(100, end);
  const blocks: { start: number; end: number }[] = [];
  for (let i = 0; i < 2000; i++) {
    if (rng.bool(0.45)) {
      const [block] = blocks.splice(rng.int(blocks.length || 1), 1);
      if (block !== undefined) heap.free(block.start);
      continue;
    }
    const bytes = 1 + rng.int(3000);
    const start = heap.allocate(bytes);
    if (start === undefined) continue;
    assert.equal(start % alignment, 0);
    assert.ok(start >= 100 && start + bytes <= end);
    assert.ok(blocks.every((other) => start + bytes <= other.start || other.end <= start));
    blocks.push({ start, end: start + bytes });
  }
  assert.ok(blocks.length > 10);
  for (const { start } of blocks) heap.free(start);
  assert.equal(heap.used, 0);
  assert.equal(heap.allocate(end - 128), 128);
});

test('a block that fits nowhere is refused', () => {
  const heap = new Heap(0, 1024);
  assert.equal(heap.allocate(512), 0);
  assert.equal(heap.allocate(576), undefined);
  assert.equal(heap.allocate(512), 512);
});
