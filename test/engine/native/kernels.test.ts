import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KernelWriter } from '../../../src/engine/native/kernel-writer.js';
import { Kernels } from '../../../src/engine/native/kernels.js';
import { avx2 } from '../../../src/engine/native/vector-levels.js';

/** Kernels that lie nowhere, each at an address of its own. */
function unplaced() {
  let address = 0;
  return new Kernels(() => ++address, avx2);
}

interface Shape {
  readonly rows: number;
  readonly wide: boolean;
}

const store = (w: KernelWriter, { rows }: Shape) => {
  const { to } = w.pointers('to');
  const zero = w.filled(0);
  for (let i = 0; i < rows; i++) w.vmovups(to.at(32 * i), zero);
};

test('a kernel is written once for a shape', () => {
  const kernels = unplaced();
  const kernel = kernels.get(store, { rows: 2, wide: true });
  assert.equal(kernels.get(store, { rows: 2, wide: true }), kernel);
  assert.notEqual(kernels.get(store, { rows: 3, wide: true }), kernel);
  assert.deepEqual(kernel.reaches, [{ from: 0, to: 64 }]);
  assert.equal(kernels.count.kernels, 2);
});

test('kernels by numbers are those of their shapes, each of which is made once', () => {
  const kernels = unplaced();
  const made: string[] = [];
  const kernelOf = kernels.byNumbers(store, (rows, wide) => {
    made.push(`${rows} ${wide}`);
    return { rows, wide: wide === 1 };
  });
  const found = [kernelOf(2, 1), kernelOf(1, 12), kernelOf(11, 2), kernelOf(2, 1), kernelOf(1, 12)];
  assert.deepEqual(made, ['2 1', '1 12', '11 2']);
  assert.equal(found[0], kernels.get(store, { rows: 2, wide: true }));
  assert.equal(found[1], kernels.get(store, { rows: 1, wide: false }));
  assert.deepEqual(found.slice(3), found.slice(0, 2));
});

test('numbers that JSON does not know make other kernels', () => {
  const kernels = unplaced();
  const bound = (w: KernelWriter, { low }: { readonly low: number }) => {
    const { to } = w.pointers('to');
    w.vmovups(to.at(), w.filled(low));
  };
  const lows = [0, -0, Infinity, -Infinity, Number.NaN];
  const found = lows.map((low) => kernels.get(bound, { low }));
  assert.equal(new Set(found).size, lows.length);
  assert.deepEqual(
    lows.map((low) => kernels.get(bound, { low })),
    found,
  );
});
