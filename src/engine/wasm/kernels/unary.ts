// Element-wise functions of one tensor (../families/unary-functions.ts), on any layout, and ReLU on parts of one.

import { ReluSpansArgs, UnaryArgs } from './args';
import { load4, span, store4, storeFirst } from './elements';
import { splat } from './math';
import { bytes, flatStart } from './share';

export function map<K, T>(args: UnaryArgs, tid: i32, threads: i32): void {
  const f = changetype<K>(0);
  const start = flatStart(args.count, tid, threads);
  const length = flatStart(args.count, tid + 1, threads) - start;
  const p = splat(args.p);
  const q = splat(args.q);
  let x = args.x + span<T>(start);
  let y = args.y + span<T>(start);
  const end = y + span<T>(length & ~3);
  while (y < end) {
    store4<T>(y, f.at(load4<T>(x), p, q));
    x += span<T>(4);
    y += span<T>(4);
  }
  if (length & 3) storeFirst<T>(y, f.at(load4<T>(x), p, q), length & 3);
}

export function reluSpans<T>(args: ReluSpansArgs, tid: i32, threads: i32): void {
  const entry = args.spans + (<usize>tid << 3);
  const y = args.y + <usize>load<u32>(entry);
  const count = load<i32>(entry, 4);
  if (sizeof<T>() == 4) rectifyFloats(y, count);
  else rectifyShorts(y, count);
}

@inline
function rectifyFloats(y: usize, count: i32): void {
  const end = y + bytes(count & ~3);
  for (; y < end; y += 16) v128.store(y, f32x4.pmax(v128.load(y), splat(0)));
  if (count & 3) storeFirst<f32>(y, f32x4.pmax(v128.load(y), splat(0)), count & 3);
}

// Read as whole numbers, negative elements that are not NaN are those up to −∞ (0xff80, −128). Counts are multiples of 8.
@inline
function rectifyShorts(y: usize, count: i32): void {
  const whole = y + span<u16>(count & ~31);
  const end = y + span<u16>(count);
  for (; y < whole; y += 64) {
    rectify8(y);
    rectify8(y + 16);
    rectify8(y + 32);
    rectify8(y + 48);
  }
  for (; y < end; y += 16) rectify8(y);
}

@inline
function rectify8(y: usize): void {
  const v = v128.load(y);
  v128.store(y, v128.andnot(v, i16x8.le_s(v, i16x8.splat(-128))));
}
