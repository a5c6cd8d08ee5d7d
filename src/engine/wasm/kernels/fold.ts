// A batch normalisation of given statistics folded into the convolution before it: with s = weight / √(variance + ε),
// s·(conv(x, w) + b − mean) + shift = conv(x, s·w) + s·(b − mean) + shift.

import { A, I } from './abi';
import { bytes, D, storePart, unitStart } from './share';

// Work is split by output channels.
// 0 w, 1 weight, 2 shift, 3 mean, 4 variance, 5 b (0: none), 6 folded w, 7 folded b, 8 O, 9 elements of w per channel,
// 10 and 11 ε (f64)
export function foldBatchNorm(args: usize, tid: i32, threads: i32): void {
  const channels = I(args, 8);
  const each = I(args, 9);
  const eps = D(args, 10);
  const end = unitStart(channels, tid + 1, threads);
  for (let channel = unitStart(channels, tid, threads); channel < end; channel++) {
    const at = bytes(channel);
    const deviation = sqrt(<f64>load<f32>(A(args, 4) + at) + eps);
    const scale = <f64>load<f32>(A(args, 1) + at) / deviation;
    const bias = A(args, 5) ? <f64>load<f32>(A(args, 5) + at) : 0;
    const centered = bias - <f64>load<f32>(A(args, 3) + at);
    const shift = <f64>load<f32>(A(args, 2) + at);
    store<f32>(A(args, 7) + at, <f32>(centered * scale + shift));

    const factor = f32x4.splat(<f32>scale);
    let from = A(args, 0) + bytes(channel * each);
    let to = A(args, 6) + bytes(channel * each);
    const last = to + bytes(each & ~3);
    while (to < last) {
      v128.store(to, f32x4.mul(v128.load(from), factor));
      from += 16;
      to += 16;
    }
    if (each & 3) storePart(to, f32x4.mul(v128.load(from), factor), each & 3);
  }
}
