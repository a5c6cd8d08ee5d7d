import type { TypedArray } from '../core/dtype.js';
import type { AdamStepAttrs } from '../graph/attrs/training.js';
import { type NdArray, operands } from '../graph/op.js';
import { defineOp } from '../tensor/define-op.js';
import {
  numbersOf,
  requireConstants,
  requireScalars,
  updatedTypes,
} from './kernels/optimizer-step.js';

/**
 * One step of Adam (Kingma & Ba, 2015, https://arxiv.org/abs/1412.6980), in place:
 *
 *   g ← g + λθ, or decoupled: θ ← θ − lr·λθ
 *   m ← β₁m + (1−β₁)g      v ← β₂v + (1−β₂)g²
 *   θ ← θ − lr/(1−β₁ᵗ) · m / (√v/√(1−β₂ᵗ) + ε)
 *
 * θ, m, v, g of one shape, lr (float32 scalar), [1 − β₁, 1 − β₂, ε, λ] (float32), step t (int32 scalar, from 1) → θ, m, v.
 */
export const adamStep = defineOp('adamStep', {
  inPlace: [0, 1, 2],
  infer([param, m, v, grad, lr, constants, step]) {
    requireScalars('adamStep', lr, step);
    requireConstants('adamStep', constants, 4);
    return updatedTypes('adamStep', param, { m, v }, grad);
  },
  reference([param, m, v, grad, ...rest], [newParam, newM, newV], attrs) {
    update([param, m, v], grad, rest, null, [newParam, newM, newV], attrs);
  },
});

/**
 * The same with v replaced in θ's update by the greatest v so far (Reddi et al., 2018,
 * https://arxiv.org/abs/1904.09237): θ, m, v, vMax, g, lr, [1 − β₁, 1 − β₂, ε, λ], step →
 * θ, m, v, vMax.
 */
export const adamStepAmsgrad = defineOp('adamStepAmsgrad', {
  inPlace: [0, 1, 2, 3],
  infer([param, m, v, vMax, grad, lr, constants, step]) {
    requireScalars('adamStepAmsgrad', lr, step);
    requireConstants('adamStepAmsgrad', constants, 4);
    return updatedTypes('adamStepAmsgrad', param, { m, v, vMax }, grad);
  },
  reference([param, m, v, vMax, grad, ...rest], [newParam, newM, newV, newMax], attrs) {
    const max = { from: vMax.data, to: newMax.data };
    update([param, m, v], grad, rest, max, [newParam, newM, newV], attrs);
  },
});

type Triple = readonly [NdArray, NdArray, NdArray];

function update(
  [param, m, v]: Triple,
  grad: NdArray,
  rest: readonly NdArray[],
  max: { readonly from: TypedArray; readonly to: TypedArray } | null,
  [newParam, newM, newV]: Triple,
  { decoupled }: AdamStepAttrs,
): void {
  const [lr, constants, step] = operands(rest);
  const [rest1, rest2, eps, weightDecay] = numbersOf(constants);
  const beta1 = 1 - rest1;
  const beta2 = 1 - rest2;
  const rate = lr.data[0] as number;
  const t = step.data[0] as number;
  const stepSize = rate / (1 - beta1 ** t);
  const rootCorrection = Math.sqrt(1 - beta2 ** t);
  for (let i = 0; i < param.data.length; i++) {
    const given = param.data[i] as number;
    const theta = decoupled ? given * (1 - rate * weightDecay) : given;
    const g = (grad.data[i] as number) + (decoupled ? 0 : weightDecay * given);
    const mean = beta1 * (m.data[i] as number) + rest1 * g;
    const square = beta2 * (v.data[i] as number) + rest2 * g * g;
    newM.data[i] = mean;
    newV.data[i] = square;
    let second = square;
    if (max !== null) {
      second = Math.max(square, max.from[i] as number);
      max.to[i] = second;
    }
    newParam.data[i] = theta - (stepSize * mean) / (Math.sqrt(second) / rootCorrection + eps);
  }
}
