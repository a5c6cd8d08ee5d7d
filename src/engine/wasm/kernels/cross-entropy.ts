// Cross entropy of scores [N][K] against labels or probabilities. With q the target's distribution, smoothed to
// (1 − ε)·q + ε/K, and a_k = w_k·q_k: loss = −Σ a_k·logp_k, dlogits_k = dy·(e^logp_k·Σ a − a_k), over the mean's divisor.
// Labels outside 0 … K − 1 give NaN; they are checked before.

import { CrossEntropyBackwardArgs, CrossEntropyRowsArgs, CrossEntropyTotalArgs } from './args';
import { exp4, splat } from './math';
import { logOf, rowExpSum, rowMax } from './softmax';
import { bytes, storeLanes, unitStart } from './share';

// a_k of one place. Weights of classes that have no part in the target are not looked at.
@inline
function part(
  k: i32,
  labels: i32,
  label: i32,
  probabilities: usize,
  weight: usize,
  smoothing: f32,
  share: f32,
): f32 {
  const given: f32 = labels ? (k == label ? 1 : 0) : load<f32>(probabilities + bytes(k));
  const smoothed = given * (1 - smoothing) + share;
  return weight && smoothed != 0 ? smoothed * load<f32>(weight + bytes(k)) : smoothed;
}

export function crossEntropyRows(args: CrossEntropyRowsArgs, tid: i32, threads: i32): void {
  const target = args.target;
  const weight = args.weight;
  const classes = args.classes;
  const labels = args.labels;
  const smoothing = args.smoothing;
  const share = smoothing / <f32>classes;
  const end = unitStart(args.places, tid + 1, threads);
  for (let row = unitStart(args.places, tid, threads); row < end; row++) {
    const at = bytes(row * classes);
    const x = args.logits + at;
    const logp = args.logp + at;
    const top = rowMax(x, classes);
    const scale = splat(logOf(rowExpSum(x, classes, top)));
    for (let k = 0; k < classes; k += 4) {
      const v = f32x4.sub(f32x4.sub(v128.load(x + bytes(k)), splat(top)), scale);
      storeLanes(logp + bytes(k), v, classes - k);
    }
    const label = labels ? load<i32>(target + bytes(row)) : -1;
    const ignored = labels && label == args.ignored;
    const known = <u32>label < <u32>classes;
    let loss: f64 = 0;
    if (!ignored) {
      if (labels && !known) loss = NaN;
      else if (labels && smoothing == 0) {
        const share = weight ? <f64>load<f32>(weight + bytes(label)) : 1;
        if (share != 0) loss = -(<f64>load<f32>(logp + bytes(label))) * share;
      } else
        for (let k = 0; k < classes; k++) {
          const a = part(k, labels, label, target + at, weight, smoothing, share);
          if (a != 0) loss -= <f64>a * <f64>load<f32>(logp + bytes(k));
        }
    }
    store<f32>(args.losses + bytes(row), <f32>loss);
    const counts: f32 = ignored ? 0 : weight && known ? load<f32>(weight + bytes(label)) : 1;
    store<f32>(args.weights + bytes(row), counts);
  }
}

export function crossEntropyTotal(args: CrossEntropyTotalArgs, tid: i32, threads: i32): void {
  if (tid != 0) return;
  let loss: f64 = 0;
  let weights: f64 = 0;
  for (let row = 0; row < args.places; row++) {
    loss += <f64>load<f32>(args.losses + bytes(row));
    weights += <f64>load<f32>(args.weights + bytes(row));
  }
  store<f32>(args.loss, <f32>(args.mean ? loss / weights : loss));
}

export function crossEntropyBackward(args: CrossEntropyBackwardArgs, tid: i32, threads: i32): void {
  const target = args.target;
  const weight = args.weight;
  const count = args.places;
  const classes = args.classes;
  const labels = args.labels;
  const ignored = args.ignored;
  const smoothing = args.smoothing;
  const share = smoothing / <f32>classes;
  const mean = args.mean;
  let divisor: f64 = mean && !labels ? <f64>count : 1;
  if (mean && labels) {
    divisor = 0;
    for (let row = 0; row < count; row++) {
      const label = load<i32>(target + bytes(row));
      if (label == ignored || <u32>label >= <u32>classes) continue;
      divisor += weight ? <f64>load<f32>(weight + bytes(label)) : 1;
    }
  }
  const end = unitStart(count, tid + 1, threads);
  for (let row = unitStart(count, tid, threads); row < end; row++) {
    const at = bytes(row * classes);
    const logp = args.logp + at;
    const dx = args.dlogits + at;
    const label = labels ? load<i32>(target + bytes(row)) : -1;
    if (labels && label == ignored) {
      memory.fill(dx, 0, bytes(classes));
      continue;
    }
    const gradient = <f64>load<f32>(args.dy + (args.reduced ? 0 : bytes(row))) / divisor;
    let sum: f64 = 0;
    for (let k = 0; k < classes; k++)
      sum += <f64>part(k, labels, label, target + at, weight, smoothing, share);
    if (sum == 0) {
      memory.fill(dx, 0, bytes(classes));
      continue;
    }
    for (let k = 0; k < classes; k += 4) {
      const v = f32x4.mul(exp4(v128.load(logp + bytes(k))), splat(<f32>sum));
      const last = min(4, classes - k);
      storeLanes(dx + bytes(k), v, last);
    }
    for (let k = 0; k < classes; k++) {
      const to = dx + bytes(k);
      const slope = load<f32>(to) - part(k, labels, label, target + at, weight, smoothing, share);
      store<f32>(to, <f32>(gradient * <f64>slope));
    }
  }
}
