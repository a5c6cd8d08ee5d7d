/** What a kernel may touch is known when it is written, and registers never run out unnoticed. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { each } from '../../../src/engine/native/asm/operands.js';
import { KernelWriter } from '../../../src/engine/native/kernel-writer.js';
import { amx, avx512 } from '../../../src/engine/native/vector-levels.js';

const writer = () => new KernelWriter(avx512);

test('a kernel that needs more registers than there are is refused', () => {
  const w = writer();
  w.vectors(32);
  assert.throws(() => w.vector(), /a kernel needs more than 32 vector registers/);
  const other = writer();
  const { x } = other.pointers('x');
  assert.throws(() => {
    for (let i = 0; i < 15; i++) x.fork();
  }, /a kernel needs more than 14 general registers/);
});

test('registers are free again after their scope', () => {
  const w = writer();
  for (let i = 0; i < 3; i++) w.scope(() => void w.vectors(32));
  w.loop(5, () => void w.vectors(32));
});

test('the reach of loops in loops is what they touch', () => {
  const w = writer();
  const { x, y, unused } = w.pointers('x', 'y', 'unused');
  assert.ok(unused);
  const v = w.vector();
  w.loop(3, () => {
    const at = x.fork(8);
    w.loop(4, () => {
      w.vmovups(v, at.at(-16)); // 64 bytes from 8 + 4 · 64 · i + 100 · j − 16
      at.advance(100);
    });
    x.advance(256);
    w.vmovups(y.at(), v);
    y.advance(-64);
  });
  w.vbroadcastss(v, x.at(4)); // A float behind 3 · 256.
  const { reaches } = w.finish();
  assert.deepEqual(reaches, [
    { from: -8, to: Math.max(2 * 256 + 3 * 100 - 8 + 64, 3 * 256 + 8) },
    { from: -128, to: 64 },
    undefined,
  ]);
});

test('masked and broadcast operands reach their lanes only', () => {
  const w = writer();
  const { a, b } = w.pointers('a', 'b');
  const [sum, x] = w.vectors(2);
  const five = w.part(5);
  w.load(sum, a.at(4), five);
  w.vfmadd231ps(sum, x, each(b.at(12)));
  assert.deepEqual(w.finish().reaches, [
    { from: 4, to: 24 },
    { from: 12, to: 16 },
  ]);
  assert.equal(w.part(16), undefined);
});

test('memory is reached by cursors only', () => {
  const w = writer();
  const { a } = w.pointers('a');
  const { cursor, ...plain } = a.at();
  assert.ok(cursor);
  assert.throws(() => w.vmovups(w.vector(), plain), /without a cursor/);
});

describe('tiles', () => {
  const tiled = () => new KernelWriter(amx);

  test('reach their rows, in loops, too', () => {
    const w = tiled();
    const { x, y } = w.pointers('x', 'y');
    const [a, c] = w.tiles({ rows: 5, bytes: 32 }, { rows: 16, bytes: 64 });
    const stride = w.stride(100);
    w.loop(3, () => {
      w.tileloadd(a, x.rows(stride, 8));
      x.advance(1000);
    });
    w.tilestored(y.rows(w.stride(-64), 0), c);
    assert.deepEqual(w.finish().reaches, [
      { from: 8, to: 8 + 2 * 1000 + 4 * 100 + 32 },
      { from: -15 * 64, to: 64 },
    ]);
  });

  test('are refused where they would end the process', () => {
    const w = tiled();
    const { x } = w.pointers('x');
    assert.throws(() => w.tilezero({ kind: 'tile', id: 0 }), /a tile without a shape/);
    const [c, a, b, narrow] = w.tiles(
      { rows: 4, bytes: 64 },
      { rows: 4, bytes: 32 },
      { rows: 8, bytes: 64 },
      { rows: 8, bytes: 32 },
    );
    w.tdpbf16ps(c, a, b);
    assert.throws(() => w.tdpbf16ps(c, a, narrow), /shapes do not fit/);
    assert.throws(() => w.tdpbf16ps(c, b, a), /shapes do not fit/);
    assert.throws(() => w.tdpbf16ps(c, c, b), /shapes do not fit/);
    assert.throws(() => w.tileloadd(a, x.at()), /without a cursor/);
    assert.throws(() => w.tiles({ rows: 1, bytes: 4 }), /asked for twice/);
    assert.throws(() => tiled().tiles({ rows: 17, bytes: 64 }), /no tile has 17 rows of 64 bytes/);
    assert.throws(() => tiled().tiles({ rows: 1, bytes: 6 }), /no tile has 1 rows of 6 bytes/);
    const shape = { rows: 1, bytes: 4 };
    assert.throws(() => tiled().tiles(...Array(9).fill(shape)), /needs more than 8 tiles/);
    assert.throws(() => writer().tiles(shape), /a kernel for AVX-512 needs AMX/);
  });
});
