// Cross entropy of scores [N][K] against labels or probabilities. With q the target's distribution, smoothed to
// (1 − ε)·q + ε/K, and a_k = w_k·q_k: loss = −Σ a_k·logp_k, dlogits_k = dy·(e^logp_k·Σ a − a_k), over the mean's divisor.
// Labels outside 0 … K − 1 give NaN; they are checked before.

import { A, F, I } from './abi';
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

// 0 logits, 1 target (i32 labels, or f32 probabilities), 2 weight (0: ones), 3 logp, 4 losses [N], 5 weights [N] of the labels,
// 6 N, 7 K, 8 labels (1) or probabilities (0), 9 ignored label, 10 ε (f32)
export function crossEntropyRows(args: usize, tid: i32, threads: i32): void {
  const target = A(args, 1);
  const weight = A(args, 2);
  const classes = I(args, 7);
  const labels = I(args, 8);
  const smoothing = F(args, 10);
  const share = smoothing / <f32>classes;
  const end = unitStart(I(args, 6), tid + 1, threads);
  for (let row = unitStart(I(args, 6), tid, threads); row < end; row++) {
    const at = bytes(row * classes);
    const x = A(args, 0) + at;
    const logp = A(args, 3) + at;
    const top = rowMax(x, classes);
    const scale = splat(logOf(rowExpSum(x, classes, top)));
    for (let k = 0; k < classes; k += 4) {
      const v = f32x4.sub(f32x4.sub(v128.load(x + bytes(k)), splat(top)), scale);
      storeLanes(logp + bytes(k), v, classes - k);
    }
    const label = labels ? load<i32>(target + bytes(row)) : -1;
    const ignored = labels && label == I(args, 9);
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
    store<f32>(A(args, 4) + bytes(row), <f32>loss);
    const counts: f32 = ignored ? 0 : weight && known ? load<f32>(weight + bytes(label)) : 1;
    store<f32>(A(args, 5) + bytes(row), counts);
  }
}

// 0 losses [N], 1 weights [N], 2 loss, 3 N, 4 divisor: 1 none, 2 the weights' sum
export function crossEntropyTotal(args: usize, tid: i32, threads: i32): void {
  if (tid != 0) return;
  let loss: f64 = 0;
  let weights: f64 = 0;
  for (let row = 0; row < I(args, 3); row++) {
    loss += <f64>load<f32>(A(args, 0) + bytes(row));
    weights += <f64>load<f32>(A(args, 1) + bytes(row));
  }
  store<f32>(A(args, 2), <f32>(I(args, 4) == 2 ? loss / weights : loss));
}

// 0 dy ([] or [N]), 1 logp, 2 target, 3 weight, 4 dlogits, 5 N, 6 K, 7 labels (1) or probabilities (0), 8 ignored label,
// 9 ε (f32), 10 reduction: 0 none, 1 sum, 2 mean
export function crossEntropyBackward(args: usize, tid: i32, threads: i32): void {
  const target = A(args, 2);
  const weight = A(args, 3);
  const count = I(args, 5);
  const classes = I(args, 6);
  const labels = I(args, 7);
  const ignored = I(args, 8);
  const smoothing = F(args, 9);
  const share = smoothing / <f32>classes;
  const reduction = I(args, 10);
  let divisor: f64 = reduction == 2 && !labels ? <f64>count : 1;
  if (reduction == 2 && labels) {
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
    const logp = A(args, 1) + at;
    const dx = A(args, 4) + at;
    const label = labels ? load<i32>(target + bytes(row)) : -1;
    if (labels && label == ignored) {
      memory.fill(dx, 0, bytes(classes));
      continue;
    }
    const gradient = <f64>load<f32>(A(args, 0) + (reduction ? 0 : bytes(row))) / divisor;
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
