// One optimizer step of one parameter: values and state are updated in one pass. 1 − β is among the
// constants rather than β, which has few digits of it left; 1 − βᵗ is computed in doubles.
// What is computed from constants must be used by a second loop, that of the last floats: V8 moves what only one loop uses
// into it, which halved Adam's speed.

import { madd } from './abi';
import { AdamStepArgs, RmspropStepArgs, SgdStepArgs } from './args';
import { splat } from './math';
import { bytes, flatStart, storeLanes } from './share';

// Float k at a pointer.
@inline
function constant(at: usize, k: i32): f32 {
  return load<f32>(at + (<usize>k << 2));
}

// xⁿ for whole n ≥ 0.
function power(x: f64, n: i32): f64 {
  let result: f64 = 1;
  while (n > 0) {
    if (n & 1) result *= x;
    x *= x;
    n >>= 1;
  }
  return result;
}

// SGD as PyTorch has it: g ← g + λθ; b ← μb + (1 − τ)g, on the first step (t = 0) b ← g; θ ← θ − lr·(g + μb with
// Nesterov, else b).
export function sgdStep(args: SgdStepArgs, tid: i32, threads: i32): void {
  const count = args.count;
  const start = flatStart(count, tid, threads);
  const length = flatStart(count, tid + 1, threads) - start;
  const rate = splat(-load<f32>(args.lr));
  const constants = args.constants;
  const decay = splat(constant(constants, 2));
  const whole = length & ~3;
  if (args.buffer == 0) {
    sgdSpan(args, start, whole, 4, rate, decay);
    if (length & 3) sgdSpan(args, start + whole, 4, length & 3, rate, decay);
    return;
  }
  const momentum = splat(constant(constants, 0));
  const take = splat(1 - constant(constants, 1));
  momentumSpan(args, start, whole, 4, rate, decay, momentum, take);
  if (length & 3) momentumSpan(args, start + whole, 4, length & 3, rate, decay, momentum, take);
}

// `count` floats from float `start` on, four at a time, of which `lanes` are written.
@inline
function sgdSpan(args: SgdStepArgs, start: i32, count: i32, lanes: i32, rate: v128, decay: v128): void {
  const from = bytes(start);
  let value = args.param + from;
  let gradient = args.grad + from;
  let newValue = args.newParam + from;
  const end = newValue + bytes(count);
  while (newValue < end) {
    const w = v128.load(value);
    storeLanes(newValue, madd(rate, madd(decay, w, v128.load(gradient)), w), lanes);
    value += 16;
    gradient += 16;
    newValue += 16;
  }
}

@inline
function momentumSpan(
  args: SgdStepArgs,
  start: i32,
  count: i32,
  lanes: i32,
  rate: v128,
  decay: v128,
  momentum: v128,
  take: v128,
): void {
  const from = bytes(start);
  let value = args.param + from;
  let buffer = args.buffer + from;
  let gradient = args.grad + from;
  let newValue = args.newParam + from;
  let newBuffer = args.newBuffer + from;
  const first = load<i32>(args.step) == 0;
  const nesterov = args.nesterov;
  const end = newValue + bytes(count);
  while (newValue < end) {
    const w = v128.load(value);
    const g = madd(decay, w, v128.load(gradient));
    const b = first ? g : madd(momentum, v128.load(buffer), f32x4.mul(take, g));
    storeLanes(newBuffer, b, lanes);
    storeLanes(newValue, madd(rate, nesterov ? madd(momentum, b, g) : b, w), lanes);
    value += 16;
    gradient += 16;
    buffer += 16;
    newValue += 16;
    newBuffer += 16;
  }
}

@inline
function adam(args: AdamStepArgs, tid: i32, threads: i32, amsgrad: bool): void {
  const count = args.count;
  const start = flatStart(count, tid, threads);
  const length = flatStart(count, tid + 1, threads) - start;
  const lr = <f64>load<f32>(args.lr);
  const constants = args.constants;
  const t = load<i32>(args.step);
  const decoupled = args.decoupled;
  const b1 = 1 - <f64>constant(constants, 0);
  const b2 = 1 - <f64>constant(constants, 1);
  const lambda = constant(constants, 3);
  const beta1 = splat(<f32>b1);
  const rest1 = splat(constant(constants, 0));
  const beta2 = splat(<f32>b2);
  const rest2 = splat(constant(constants, 1));
  const rate = splat(<f32>(-lr / (1 - power(b1, t))));
  const correction = splat(<f32>(1 / Math.sqrt(1 - power(b2, t))));
  const eps = splat(constant(constants, 2));
  const decay = splat(decoupled ? 0 : lambda);
  const shrink = splat(decoupled ? <f32>(1 - lr * <f64>lambda) : 1);
  const whole = length & ~3;
  adamSpan(
    args,
    start,
    whole,
    4,
    amsgrad,
    beta1,
    rest1,
    beta2,
    rest2,
    rate,
    correction,
    eps,
    decay,
    shrink,
  );
  if (length & 3)
    adamSpan(
      args,
      start + whole,
      4,
      length & 3,
      amsgrad,
      beta1,
      rest1,
      beta2,
      rest2,
      rate,
      correction,
      eps,
      decay,
      shrink,
    );
}

// `count` floats from float `start` on, four at a time, of which `lanes` are written.
@inline
function adamSpan(
  args: AdamStepArgs,
  start: i32,
  count: i32,
  lanes: i32,
  amsgrad: bool,
  beta1: v128,
  rest1: v128,
  beta2: v128,
  rest2: v128,
  rate: v128,
  correction: v128,
  eps: v128,
  decay: v128,
  shrink: v128,
): void {
  const from = bytes(start);
  let value = args.param + from;
  let first = args.m + from;
  let second = args.v + from;
  let greatest = args.greatest + from;
  let gradient = args.grad + from;
  let newValue = args.newParam + from;
  let newFirst = args.newM + from;
  let newSecond = args.newV + from;
  let newGreatest = args.newGreatest + from;
  const end = newValue + bytes(count);
  while (newValue < end) {
    const w = f32x4.mul(v128.load(value), shrink);
    const g = madd(decay, w, v128.load(gradient));
    const m = madd(beta1, v128.load(first), f32x4.mul(rest1, g));
    const v = madd(beta2, v128.load(second), f32x4.mul(rest2, f32x4.mul(g, g)));
    let spread = v;
    if (amsgrad) {
      spread = f32x4.max(v, v128.load(greatest));
      storeLanes(newGreatest, spread, lanes);
      greatest += 16;
      newGreatest += 16;
    }
    storeLanes(newFirst, m, lanes);
    storeLanes(newSecond, v, lanes);
    const step = f32x4.div(m, madd(f32x4.sqrt(spread), correction, eps));
    storeLanes(newValue, madd(rate, step, w), lanes);
    value += 16;
    gradient += 16;
    first += 16;
    second += 16;
    newValue += 16;
    newFirst += 16;
    newSecond += 16;
  }
}

// Adam and, with decoupled decay, AdamW (PyTorch):
// θ ← θ(1 − lr·λ) if decoupled, else g ← g + λθ; m ← β₁m + (1 − β₁)g; v ← β₂v + (1 − β₂)g²;
// θ ← θ − lr/(1 − β₁ᵗ) · m / (√v/√(1 − β₂ᵗ) + ε).
export function adamStep(args: AdamStepArgs, tid: i32, threads: i32): void {
  adam(args, tid, threads, false);
}

// The same with the greatest v so far in the last line.
export function adamStepAmsgrad(args: AdamStepArgs, tid: i32, threads: i32): void {
  adam(args, tid, threads, true);
}

// RMSprop (PyTorch): g ← g + λθ; v ← αv + (1 − α)g²; if centered a ← αa + (1 − α)g and v − a² below, else v;
// s = g / (√v + ε); θ ← θ − lr·s, or with momentum b ← μb + s; θ ← θ − lr·b.
export function rmspropStep(args: RmspropStepArgs, tid: i32, threads: i32): void {
  const count = args.count;
  const start = flatStart(count, tid, threads);
  const end = flatStart(count, tid + 1, threads);
  const centered = args.mean;
  const buffered = args.buffer;
  const rate = splat(-load<f32>(args.lr));
  const constants = args.constants;
  const alpha = splat(1 - constant(constants, 0));
  const rest = splat(constant(constants, 0));
  const eps = splat(constant(constants, 1));
  const decay = splat(constant(constants, 2));
  const momentum = splat(constant(constants, 3));
  for (let i = start; i < end; i += 4) {
    const at = bytes(i);
    const w = v128.load(args.param + at);
    const g = madd(decay, w, v128.load(args.grad + at));
    const v = madd(alpha, v128.load(args.v + at), f32x4.mul(rest, f32x4.mul(g, g)));
    storeLanes(args.newV + at, v, end - i);
    let spread = v;
    if (centered) {
      const a = madd(alpha, v128.load(centered + at), f32x4.mul(rest, g));
      storeLanes(args.newMean + at, a, end - i);
      spread = f32x4.sub(v, f32x4.mul(a, a));
    }
    let step = f32x4.div(g, f32x4.add(f32x4.sqrt(spread), eps));
    if (buffered) {
      step = madd(momentum, v128.load(buffered + at), step);
      storeLanes(args.newBuffer + at, step, end - i);
    }
    storeLanes(args.newParam + at, madd(rate, step, w), end - i);
  }
}
