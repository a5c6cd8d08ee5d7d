import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readMutated } from './fuzz/read-mutated.js';

async function readAll(count: number, only?: string): Promise<void> {
  for (const { kind, wrong, refused, read } of await readMutated(count, 7, only)) {
    assert.deepEqual(wrong, [], kind);
    assert.equal(refused + read, count, kind);
    if (!kind.startsWith('cache')) assert.ok(refused > count / 4, `${kind}: ${refused} refused`);
  }
}

test('damaged files are refused by name, read or healed, and nothing else', () => readAll(40));

test('so are damaged ONNX files', () => readAll(100, 'onnx'));
