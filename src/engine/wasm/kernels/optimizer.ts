// One optimizer step of one parameter: values and state are updated in one pass. Pointers named …' are written; they may
// equal the pointer without the mark. lr (f32) and t (i32) are read from memory: a plan replays with new ones.
// Constants are doubles, two words each: 1 − β₂ and 1 − β₂ᵗ have few digits left in floats.

import { A, I, madd } from './abi';
import { splat } from './math';
import { bytes, D, flatStart, storePart } from './share';

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

@inline
function put(p: usize, v: v128, lanes: i32): void {
  if (lanes >= 4) v128.store(p, v);
  else storePart(p, v, lanes);
}

// SGD as PyTorch has it: g ← g + λθ; b ← μb + (1 − τ)g, on the first step (t = 0) b ← g; θ ← θ − lr·(g + μb with
// Nesterov, else b).
// 0 θ, 1 b (0: without momentum), 2 g, 3 lr, 4 t, 5 θ', 6 b', 7 count, 8 nesterov, 9 0, 10–11 μ, 12–13 τ, 14–15 λ
export function sgdStep(args: usize, tid: i32, threads: i32): void {
  const count = I(args, 7);
  const start = flatStart(count, tid, threads);
  const length = flatStart(count, tid + 1, threads) - start;
  const from = bytes(start);
  let value = A(args, 0) + from;
  let gradient = A(args, 2) + from;
  let newValue = A(args, 5) + from;
  const rate = splat(-load<f32>(A(args, 3)));
  const decay = splat(<f32>D(args, 14));
  if (A(args, 1) == 0) {
    for (let left = length; left > 0; left -= 4) {
      const w = v128.load(value);
      put(newValue, madd(rate, madd(decay, w, v128.load(gradient)), w), left);
      value += 16;
      gradient += 16;
      newValue += 16;
    }
    return;
  }
  let buffer = A(args, 1) + from;
  let newBuffer = A(args, 6) + from;
  const first = load<i32>(A(args, 4)) == 0;
  const nesterov = I(args, 8);
  const momentum = splat(<f32>D(args, 10));
  const take = splat(<f32>(1 - D(args, 12)));
  for (let left = length; left > 0; left -= 4) {
    const w = v128.load(value);
    const g = madd(decay, w, v128.load(gradient));
    const b = first ? g : madd(momentum, v128.load(buffer), f32x4.mul(take, g));
    put(newBuffer, b, left);
    put(newValue, madd(rate, nesterov ? madd(momentum, b, g) : b, w), left);
    value += 16;
    gradient += 16;
    buffer += 16;
    newValue += 16;
    newBuffer += 16;
  }
}

@inline
function adam(args: usize, tid: i32, threads: i32, amsgrad: bool): void {
  const count = I(args, 11);
  const start = flatStart(count, tid, threads);
  const length = flatStart(count, tid + 1, threads) - start;
  const whole = adamSpan(args, bytes(start), length >> 2, 4, amsgrad);
  if (length & 3) adamSpan(args, whole, 1, length & 3, amsgrad);
}

// `vectors` vectors from byte `at` on, of which `lanes` floats are written; returns where it ends.
@inline
function adamSpan(args: usize, at: usize, vectors: i32, lanes: i32, amsgrad: bool): usize {
  const value = A(args, 0);
  const first = A(args, 1);
  const second = A(args, 2);
  const greatest = A(args, 3);
  const gradient = A(args, 4);
  const newValue = A(args, 7);
  const newFirst = A(args, 8);
  const newSecond = A(args, 9);
  const newGreatest = A(args, 10);
  const lr = <f64>load<f32>(A(args, 5));
  const t = load<i32>(A(args, 6));
  const decoupled = I(args, 12);
  const beta1 = splat(<f32>D(args, 14));
  const rest1 = splat(<f32>(1 - D(args, 14)));
  const beta2 = splat(<f32>D(args, 16));
  const rest2 = splat(<f32>(1 - D(args, 16)));
  const rate = splat(<f32>(-lr / (1 - power(D(args, 14), t))));
  const correction = splat(<f32>(1 / Math.sqrt(1 - power(D(args, 16), t))));
  const eps = splat(<f32>D(args, 18));
  const decay = splat(decoupled ? 0 : <f32>D(args, 20));
  const shrink = splat(decoupled ? <f32>(1 - lr * D(args, 20)) : 1);
  const end = at + ((<usize>vectors) << 4);
  while (at < end) {
    const w = f32x4.mul(v128.load(value + at), shrink);
    const g = madd(decay, w, v128.load(gradient + at));
    const m = madd(beta1, v128.load(first + at), f32x4.mul(rest1, g));
    const v = madd(beta2, v128.load(second + at), f32x4.mul(rest2, f32x4.mul(g, g)));
    let spread = v;
    if (amsgrad) {
      spread = f32x4.max(v, v128.load(greatest + at));
      put(newGreatest + at, spread, lanes);
    }
    const step = f32x4.div(m, madd(f32x4.sqrt(spread), correction, eps));
    put(newFirst + at, m, lanes);
    put(newSecond + at, v, lanes);
    put(newValue + at, madd(rate, step, w), lanes);
    at += 16;
  }
  return at;
}

// Adam and, with decoupled decay, AdamW (PyTorch):
// θ ← θ(1 − lr·λ) if decoupled, else g ← g + λθ; m ← β₁m + (1 − β₁)g; v ← β₂v + (1 − β₂)g²;
// θ ← θ − lr/(1 − β₁ᵗ) · m / (√v/√(1 − β₂ᵗ) + ε).
// 0 θ, 1 m, 2 v, 3 0, 4 g, 5 lr, 6 t (from 1), 7 θ', 8 m', 9 v', 10 0, 11 count, 12 decoupled, 13 0,
// 14–15 β₁, 16–17 β₂, 18–19 ε, 20–21 λ
export function adamStep(args: usize, tid: i32, threads: i32): void {
  adam(args, tid, threads, false);
}

// The same with the greatest v so far in the last line: 3 greatest, 10 greatest'
export function adamStepAmsgrad(args: usize, tid: i32, threads: i32): void {
  adam(args, tid, threads, true);
}

// RMSprop (PyTorch): g ← g + λθ; v ← αv + (1 − α)g²; if centered a ← αa + (1 − α)g and v − a² below, else v;
// s = g / (√v + ε); θ ← θ − lr·s, or with momentum b ← μb + s; θ ← θ − lr·b.
// 0 θ, 1 v, 2 b (0: μ = 0), 3 a (0: not centered), 4 g, 5 lr, 6 θ', 7 v', 8 b', 9 a', 10 count, 11 0, 12–13 α, 14–15 ε,
// 16–17 λ, 18–19 μ
export function rmspropStep(args: usize, tid: i32, threads: i32): void {
  const count = I(args, 10);
  const start = flatStart(count, tid, threads);
  const end = flatStart(count, tid + 1, threads);
  const centered = A(args, 3);
  const buffered = A(args, 2);
  const rate = splat(-load<f32>(A(args, 5)));
  const alpha = splat(<f32>D(args, 12));
  const rest = splat(<f32>(1 - D(args, 12)));
  const eps = splat(<f32>D(args, 14));
  const decay = splat(<f32>D(args, 16));
  const momentum = splat(<f32>D(args, 18));
  for (let i = start; i < end; i += 4) {
    const at = bytes(i);
    const w = v128.load(A(args, 0) + at);
    const g = madd(decay, w, v128.load(A(args, 4) + at));
    const v = madd(alpha, v128.load(A(args, 1) + at), f32x4.mul(rest, f32x4.mul(g, g)));
    put(A(args, 7) + at, v, end - i);
    let spread = v;
    if (centered) {
      const a = madd(alpha, v128.load(centered + at), f32x4.mul(rest, g));
      put(A(args, 9) + at, a, end - i);
      spread = f32x4.sub(v, f32x4.mul(a, a));
    }
    let step = f32x4.div(g, f32x4.add(f32x4.sqrt(spread), eps));
    if (buffered) {
      step = madd(momentum, v128.load(buffered + at), step);
      put(A(args, 8) + at, step, end - i);
    }
    put(A(args, 6) + at, madd(rate, step, w), end - i);
  }
}
