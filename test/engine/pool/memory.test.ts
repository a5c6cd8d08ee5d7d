import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EngineMemory } from '../../../src/engine/pool/memory.js';
import { nodeHost } from '../../../src/engine/pool/node-host.js';
import { bufferOf } from '../compiler/graphs.js';
import { collectGarbage } from './collect-garbage.js';

test('buffers in the memory are known as such, also after it has grown', () => {
  const memory = new EngineMemory();
  const early = memory.adopt(bufferOf(Float32Array.of(1, 2, 3)));
  const size = memory.memory.buffer.byteLength;
  const late = memory.adopt(bufferOf(new Int32Array(1_000_000).fill(7)));
  assert.ok(memory.memory.buffer.byteLength > size);
  assert.equal(memory.addressOf(early), early.array.byteOffset);
  assert.equal(memory.addressOf(late), late.array.byteOffset);
  assert.equal(memory.addressOf(bufferOf(new Float32Array(4))), undefined);
  assert.equal(new EngineMemory().addressOf(early), undefined);
  assert.equal(memory.adopt(early), early);
  assert.deepEqual([...early.array], [1, 2, 3]);
  assert.equal(memory.view('float32', early.array.byteOffset, 3)[2], 3);
});

test('the memory of buffers that nobody reaches is used again', async () => {
  const memory = new EngineMemory();
  const megabytes = 64;
  const sizes: number[] = [];
  for (let round = 0; round < 30; round++) {
    memory.adopt(bufferOf(new Uint8Array(megabytes << 20)));
    await collectGarbage();
    sizes.push(memory.memory.buffer.byteLength);
  }
  assert.equal(sizes.at(-1), sizes[10]);
});

test('behind the last block there is memory for a vector that a kernel loads at a tensor’s end', () => {
  for (const bytes of [1 << 20, 3 << 20]) {
    const memory = new EngineMemory();
    const first = memory.allocate(64);
    const rest = bytes - first - 64; // Up to the end of a page.
    const end = memory.allocate(rest) + rest;
    assert.equal(end % 65536, 0);
    assert.ok(memory.memory.buffer.byteLength >= end + 16);
  }
});

test('plans share the smallest slab that is large enough', () => {
  const memory = new EngineMemory();
  const large = memory.acquireSlab(1 << 20);
  const small = memory.acquireSlab(1 << 16);
  assert.equal(small, large);
  const larger = memory.acquireSlab(2 << 20);
  assert.notEqual(larger, large);
  assert.equal(memory.acquireSlab(1000), large);
  for (let users = 3; users > 0; users--) memory.releaseSlab(large);
  assert.equal(memory.acquireSlab(1000), larger);
});

test('where memory is not shared no buffer lies in it', () => {
  const memory = new EngineMemory(false);
  const buffer = bufferOf(Float32Array.of(1, 2));
  assert.equal(memory.adopt(buffer), buffer);
  assert.equal(memory.addressOf(buffer), undefined);
});

test('memory that was released is allocated again', () => {
  const memory = new EngineMemory();
  const first = memory.allocateBuffer('float32', 1024);
  const second = memory.allocateBuffer('int32', 1024);
  assert.ok(first !== undefined && second !== undefined);
  assert.equal(memory.addressOf(first), first.array.byteOffset);
  assert.notEqual(first.array.byteOffset, second.array.byteOffset);
  first.release();
  assert.equal(memory.allocateBuffer('uint8', 4096)?.array.byteOffset, first.array.byteOffset);
});

test('results that nobody reaches give way to others before the event loop goes on', () => {
  const memory = new EngineMemory(true, nodeHost.collectGarbage);
  const kept = memory.allocateResult('float32', 1 << 22);
  assert.ok(kept !== undefined);
  kept.array.fill(7);
  for (let round = 0; round < 100; round++) {
    const other = memory.allocateResult('float32', 1 << 22); // 1.6 GiB in all
    assert.ok(other !== undefined && other.array.byteOffset !== kept.array.byteOffset);
    other.array[0] = round;
  }
  assert.ok(memory.memory.buffer.byteLength < 400 << 20, `${memory.memory.buffer.byteLength}`);
  assert.ok(kept.array.every((value) => value === 7));
});

test('the array of a result that others get is a copy of their own', () => {
  const memory = new EngineMemory(true, nodeHost.collectGarbage);
  const result = memory.allocateResult('float32', 1024);
  assert.ok(result !== undefined);
  result.array.fill(3);
  const others = result.forOthers();
  assert.equal(memory.addressOf(others), undefined);
  assert.ok(others.array.buffer instanceof ArrayBuffer);
  assert.deepEqual(
    others.array,
    Float32Array.from({ length: 1024 }, () => 3),
  );
});

test('where nobody collects garbage results are the host’s', () => {
  assert.equal(new EngineMemory().allocateResult('float32', 1024), undefined);
});

test('small buffers, and those in memory that is not shared, are left to the garbage collector', () => {
  assert.equal(new EngineMemory().allocateBuffer('float32', 1023), undefined);
  assert.equal(new EngineMemory(false).allocateBuffer('float32', 1024), undefined);
});
