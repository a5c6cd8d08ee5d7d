// Two sums of one channel of consecutive pixels, for batch normalisation: Σ g and Σ g·(x − mean).

import { madd } from './abi';
import { load4, loadNext4, span } from './elements';
import { addWide, keepPart, total } from './share';

// Numbers that are summed in floats, eight at a time, before their sums are in doubles.
const IN_FLOATS: i32 = 512;

// What g is: the gradient at dy, or x − mean itself, whose sums are a channel's moments.
@final
@unmanaged
export class GivenGradient<T> {
  @inline
  of(dy: v128, distance: v128): v128 {
    return dy;
  }
}

@final
@unmanaged
export class OwnDistance<T> {
  @inline
  of(dy: v128, distance: v128): v128 {
    return distance;
  }
}

// Adds the sums of `count` pixels to the doubles at `sums` and `products`.
export function sumPlane<T, G>(x: usize, dy: usize, count: i32, mean: v128, sums: usize, products: usize): void {
  const gradient = changetype<G>(0);
  let sum = f64x2.splat(0);
  let product = f64x2.splat(0);
  while (count > 0) {
    const n = min(count, IN_FLOATS);
    let s0 = f32x4.splat(0);
    let s1 = f32x4.splat(0);
    let q0 = f32x4.splat(0);
    let q1 = f32x4.splat(0);
    const end = x + span<T>(n & ~7);
    while (x < end) {
      const u = f32x4.sub(load4<T>(x), mean);
      const v = f32x4.sub(loadNext4<T>(x), mean);
      const g = gradient.of(load4<T>(dy), u);
      const h = gradient.of(loadNext4<T>(dy), v);
      s0 = f32x4.add(s0, g);
      s1 = f32x4.add(s1, h);
      q0 = madd(g, u, q0);
      q1 = madd(h, v, q1);
      x += span<T>(8);
      dy += span<T>(8);
    }
    if (n & 7) {
      const u = keepPart(f32x4.sub(load4<T>(x), mean), n & 7);
      const v = keepPart(f32x4.sub(loadNext4<T>(x), mean), (n & 7) - 4);
      const g = gradient.of(keepPart(load4<T>(dy), n & 7), u);
      const h = gradient.of(keepPart(loadNext4<T>(dy), (n & 7) - 4), v);
      s0 = f32x4.add(s0, g);
      s1 = f32x4.add(s1, h);
      q0 = madd(g, u, q0);
      q1 = madd(h, v, q1);
    }
    sum = addWide(sum, f32x4.add(s0, s1));
    product = addWide(product, f32x4.add(q0, q1));
    count -= n;
  }
  store<f64>(sums, load<f64>(sums) + total(sum));
  store<f64>(products, load<f64>(products) + total(product));
}
