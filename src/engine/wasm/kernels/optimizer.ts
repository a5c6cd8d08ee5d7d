// One optimizer step of one parameter: values and state are updated in one pass. Pointers named …' are written; they may
// equal the pointer without the mark. lr (f32), t (i32) and the constants (f32s) are read from memory: a plan replays with
// new ones. 1 − β is among them rather than β, which has few digits of it left; 1 − βᵗ is computed in doubles.
// What is computed from constants must be used by a second loop, that of the last floats: V8 moves what only one loop uses
// into it, which halved Adam's speed.

import { A, I, madd } from './abi';
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
// 0 θ, 1 b (0: without momentum), 2 g, 3 lr, 4 t, 5 θ', 6 b', 7 count, 8 nesterov, 9 → μ, τ, λ
export function sgdStep(args: usize, tid: i32, threads: i32): void {
  const count = I(args, 7);
  const start = flatStart(count, tid, threads);
  const length = flatStart(count, tid + 1, threads) - start;
  const rate = splat(-load<f32>(A(args, 3)));
  const constants = A(args, 9);
  const decay = splat(constant(constants, 2));
  const whole = length & ~3;
  if (A(args, 1) == 0) {
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
function sgdSpan(args: usize, start: i32, count: i32, lanes: i32, rate: v128, decay: v128): void {
  const from = bytes(start);
  let value = A(args, 0) + from;
  let gradient = A(args, 2) + from;
  let newValue = A(args, 5) + from;
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
  args: usize,
  start: i32,
  count: i32,
  lanes: i32,
  rate: v128,
  decay: v128,
  momentum: v128,
  take: v128,
): void {
  const from = bytes(start);
  let value = A(args, 0) + from;
  let buffer = A(args, 1) + from;
  let gradient = A(args, 2) + from;
  let newValue = A(args, 5) + from;
  let newBuffer = A(args, 6) + from;
  const first = load<i32>(A(args, 4)) == 0;
  const nesterov = I(args, 8);
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
function adam(args: usize, tid: i32, threads: i32, amsgrad: bool): void {
  const count = I(args, 12);
  const start = flatStart(count, tid, threads);
  const length = flatStart(count, tid + 1, threads) - start;
  const lr = <f64>load<f32>(A(args, 5));
  const constants = A(args, 6);
  const t = load<i32>(A(args, 7));
  const decoupled = I(args, 13);
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
  args: usize,
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
  let value = A(args, 0) + from;
  let first = A(args, 1) + from;
  let second = A(args, 2) + from;
  let greatest = A(args, 3) + from;
  let gradient = A(args, 4) + from;
  let newValue = A(args, 8) + from;
  let newFirst = A(args, 9) + from;
  let newSecond = A(args, 10) + from;
  let newGreatest = A(args, 11) + from;
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
// 0 θ, 1 m, 2 v, 3 0, 4 g, 5 lr, 6 → 1 − β₁, 1 − β₂, ε, λ, 7 t (from 1), 8 θ', 9 m', 10 v', 11 0, 12 count, 13 decoupled
export function adamStep(args: usize, tid: i32, threads: i32): void {
  adam(args, tid, threads, false);
}

// The same with the greatest v so far in the last line: 3 greatest, 11 greatest'
export function adamStepAmsgrad(args: usize, tid: i32, threads: i32): void {
  adam(args, tid, threads, true);
}

// RMSprop (PyTorch): g ← g + λθ; v ← αv + (1 − α)g²; if centered a ← αa + (1 − α)g and v − a² below, else v;
// s = g / (√v + ε); θ ← θ − lr·s, or with momentum b ← μb + s; θ ← θ − lr·b.
// 0 θ, 1 v, 2 b (0: μ = 0), 3 a (0: not centered), 4 g, 5 lr, 6 → 1 − α, ε, λ, μ, 7 θ', 8 v', 9 b', 10 a', 11 count
export function rmspropStep(args: usize, tid: i32, threads: i32): void {
  const count = I(args, 11);
  const start = flatStart(count, tid, threads);
  const end = flatStart(count, tid + 1, threads);
  const centered = A(args, 3);
  const buffered = A(args, 2);
  const rate = splat(-load<f32>(A(args, 5)));
  const constants = A(args, 6);
  const alpha = splat(1 - constant(constants, 0));
  const rest = splat(constant(constants, 0));
  const eps = splat(constant(constants, 1));
  const decay = splat(constant(constants, 2));
  const momentum = splat(constant(constants, 3));
  for (let i = start; i < end; i += 4) {
    const at = bytes(i);
    const w = v128.load(A(args, 0) + at);
    const g = madd(decay, w, v128.load(A(args, 4) + at));
    const v = madd(alpha, v128.load(A(args, 1) + at), f32x4.mul(rest, f32x4.mul(g, g)));
    storeLanes(A(args, 8) + at, v, end - i);
    let spread = v;
    if (centered) {
      const a = madd(alpha, v128.load(centered + at), f32x4.mul(rest, g));
      storeLanes(A(args, 10) + at, a, end - i);
      spread = f32x4.sub(v, f32x4.mul(a, a));
    }
    let step = f32x4.div(g, f32x4.add(f32x4.sqrt(spread), eps));
    if (buffered) {
      step = madd(momentum, v128.load(buffered + at), step);
      storeLanes(A(args, 9) + at, step, end - i);
    }
    storeLanes(A(args, 7) + at, madd(rate, step, w), end - i);
  }
}
