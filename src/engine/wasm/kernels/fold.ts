// A batch normalisation of given statistics folded into the convolution before it: with s = weight / √(variance + ε),
// s·(conv(x, w) + b − mean) + shift = conv(x, s·w) + s·(b − mean) + shift.

import { FoldBatchNormArgs } from './args';
import { bytes, storePart, unitStart } from './share';

// Work is split by output channels.
export function foldBatchNorm(args: FoldBatchNormArgs, tid: i32, threads: i32): void {
  const channels = args.channels;
  const each = args.each;
  const eps = args.eps;
  const end = unitStart(channels, tid + 1, threads);
  for (let channel = unitStart(channels, tid, threads); channel < end; channel++) {
    const at = bytes(channel);
    const deviation = sqrt(<f64>load<f32>(args.variance + at) + eps);
    const scale = <f64>load<f32>(args.weight + at) / deviation;
    const bias = args.bias ? <f64>load<f32>(args.bias + at) : 0;
    const centered = bias - <f64>load<f32>(args.mean + at);
    const shift = <f64>load<f32>(args.shift + at);
    store<f32>(args.foldedBias + at, <f32>(centered * scale + shift));

    const factor = f32x4.splat(<f32>scale);
    let from = args.w + bytes(channel * each);
    let to = args.foldedWeight + bytes(channel * each);
    const last = to + bytes(each & ~3);
    while (to < last) {
      v128.store(to, f32x4.mul(v128.load(from), factor));
      from += 16;
      to += 16;
    }
    if (each & 3) storePart(to, f32x4.mul(v128.load(from), factor), each & 3);
  }
}
