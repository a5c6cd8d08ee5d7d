import { defineOp } from '../tensor/define-op.js';
import {
  numbersOf,
  requireConstants,
  requireScalars,
  updatedTypes,
} from './kernels/optimizer-step.js';

/**
 * One step of gradient descent with momentum, in place:
 *
 *   g ← g + λθ      b ← μb + (1−d)g, or g on the first step      θ ← θ − lr · (g + μb with Nesterov, else b)
 *
 * θ, b, g of one shape, lr (float32 scalar), [μ, d, λ] (float32), step (int32 scalar, 0 on the first step) → θ, b.
 */
export const sgdStep = defineOp('sgdStep', {
  inPlace: [0, 1],
  infer([param, buffer, grad, lr, constants, step]) {
    requireScalars('sgdStep', lr, step);
    requireConstants('sgdStep', constants, 3);
    return updatedTypes('sgdStep', param, { momentum: buffer }, grad);
  },
  reference([param, buffer, grad, lr, constants, step], [newParam, newBuffer], { nesterov }) {
    const rate = lr.data[0] as number;
    const [momentum, dampening, weightDecay] = numbersOf(constants);
    const first = step.data[0] === 0;
    for (let i = 0; i < param.data.length; i++) {
      const theta = param.data[i] as number;
      const g = (grad.data[i] as number) + weightDecay * theta;
      const b = first ? g : momentum * (buffer.data[i] as number) + (1 - dampening) * g;
      newBuffer.data[i] = b;
      newParam.data[i] = theta - rate * (nesterov ? g + momentum * b : b);
    }
  },
});

/**
 * One step of plain gradient descent, in place: θ ← θ − lr · (g + λθ). θ, g, lr (float32 scalar), [μ, d, λ] (float32, of
 * which λ is read) → θ.
 */
export const sgdStepPlain = defineOp('sgdStepPlain', {
  inPlace: [0],
  infer([param, grad, lr, constants]) {
    requireScalars('sgdStepPlain', lr, undefined);
    requireConstants('sgdStepPlain', constants, 3);
    return updatedTypes('sgdStepPlain', param, {}, grad);
  },
  reference([param, grad, lr, constants], [newParam]) {
    const rate = lr.data[0] as number;
    const [, , weightDecay] = numbersOf(constants);
    for (let i = 0; i < param.data.length; i++) {
      const theta = param.data[i] as number;
      newParam.data[i] = theta - rate * ((grad.data[i] as number) + weightDecay * theta);
    }
  },
});
