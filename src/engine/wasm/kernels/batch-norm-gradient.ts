// What the gradient of a batch normalisation's output is, given what follows it. `a` and `b` are the channel's scale and shift; low
// and high are used by Bounded alone, y and masked by Residual.

import { madd } from './abi';
import { load4, store4 } from './elements';

@final
@unmanaged
export class Plain<T> {
  @inline
  load(dy: usize, x: v128, a: v128, b: v128, low: v128, high: v128, y: usize, masked: usize): v128 {
    return load4<T>(dy);
  }
}

// A relu or a clamp follows: g = dy but where x·a + b is outside of low … high (NaN passes).
@final
@unmanaged
export class Bounded<T> {
  @inline
  load(dy: usize, x: v128, a: v128, b: v128, low: v128, high: v128, y: usize, masked: usize): v128 {
    const z = madd(x, a, b);
    return v128.andnot(load4<T>(dy), v128.or(f32x4.lt(z, low), f32x4.gt(z, high)));
  }
}

// A residual and a relu follow: g = dy where y > 0, which is stored, for it is the residual's gradient too.
@final
@unmanaged
export class Residual<T> {
  @inline
  load(dy: usize, x: v128, a: v128, b: v128, low: v128, high: v128, y: usize, masked: usize): v128 {
    const g = v128.andnot(load4<T>(dy), f32x4.le(load4<T>(y), f32x4.splat(0)));
    store4<T>(masked, g); // exact: it has one of dy's elements, or 0
    return g;
  }
}
