import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EngineMemory } from '../../../src/engine/pool/memory.js';
import { collectGarbage } from './collect-garbage.js';

test('arrays in the memory are known as such, also after it has grown', () => {
  const memory = new EngineMemory();
  const early = memory.resident(Float32Array.of(1, 2, 3));
  const size = memory.memory.buffer.byteLength;
  const late = memory.resident(new Int32Array(1_000_000).fill(7));
  assert.ok(memory.memory.buffer.byteLength > size);
  assert.equal(memory.addressOf(early), early.byteOffset);
  assert.equal(memory.addressOf(late), late.byteOffset);
  assert.equal(memory.addressOf(new Float32Array(4)), undefined);
  assert.equal(memory.resident(early), early);
  assert.deepEqual([...early], [1, 2, 3]);
  assert.equal(memory.view('float32', early.byteOffset, 3)[2], 3);
});

test('the memory of arrays that nobody reaches is used again', async () => {
  const memory = new EngineMemory();
  const megabytes = 64;
  const sizes: number[] = [];
  for (let round = 0; round < 30; round++) {
    memory.resident(new Uint8Array(megabytes << 20));
    await collectGarbage();
    sizes.push(memory.memory.buffer.byteLength);
  }
  assert.equal(sizes.at(-1), sizes[10]);
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

test('where memory is not shared no array lives in it', () => {
  const memory = new EngineMemory(false);
  const array = Float32Array.of(1, 2);
  assert.equal(memory.resident(array), array);
  assert.equal(memory.addressOf(array), undefined);
});

test('memory that was lent is lent again once it has come back', () => {
  const memory = new EngineMemory();
  const first = memory.lend('float32', 1024);
  const second = memory.lend('int32', 1024);
  assert.ok(first !== undefined && second !== undefined);
  assert.equal(memory.addressOf(first.array), first.array.byteOffset);
  assert.notEqual(first.array.byteOffset, second.array.byteOffset);
  first.end();
  assert.equal(memory.lend('uint8', 4096)?.array.byteOffset, first.array.byteOffset);
});

test('neither small arrays nor memory that is not shared are lent', () => {
  assert.equal(new EngineMemory().lend('float32', 1023), undefined);
  assert.equal(new EngineMemory(false).lend('float32', 1024), undefined);
});
