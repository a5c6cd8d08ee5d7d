import '../../src/ops/index.js';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesMovedBy, watched } from '../../bench/bytes-moved.js';
import { compile } from '../../src/compile/compile.js';
import { useEngine } from '../../src/engine/select.js';
import { openWasmEngine } from '../../src/engine/wasm/wasm.js';
import { rand } from '../../src/ops/random.js';
import type { Tensor } from '../../src/tensor/tensor.js';

test('a step moves what its phases read and write', () => {
  const wasm = openWasmEngine({ threads: 1 });
  const { engine, bytesMoved } = watched(wasm);
  useEngine(engine);
  try {
    const [a, b] = [rand([64, 1000]), rand([64, 1000])];
    const bytes = 4 * a.numel();
    compile((x: Tensor, y: Tensor) => x.add(y))(a, b);
    assert.deepEqual(bytesMoved(), { read: 2 * bytes, written: bytes });
    compile((x: Tensor, y: Tensor) => ({ sum: x.add(y), turned: x.transpose(0, 1) }))(a, b);
    assert.deepEqual(bytesMoved(), { read: 3 * bytes, written: 2 * bytes });
  } finally {
    useEngine('reference');
    wasm.stop();
  }
});

test('what a thread keeps in memory of its own is not counted', () => {
  const access = (bytes: number, write: boolean, isOwn = false) => ({
    region: { bytes, label: '', private: isOwn, place: 'arena' as const },
    ...{ write, split: undefined },
  });
  const phases = [
    { accesses: [access(10, false), access(200, true, true)] },
    { accesses: [access(200, false, true), access(3, true)] },
  ];
  assert.deepEqual(bytesMovedBy(phases), { read: 10, written: 3 });
});
