import { defineOp } from '../tensor/define-op.js';
import { requireScalars, updatedTypes } from './kernels/optimizer-step.js';

export interface SgdStepAttrs {
  readonly momentum: number;
  readonly dampening: number;
  readonly nesterov: boolean;
  readonly weightDecay: number;
}

/**
 * One step of gradient descent with momentum, in place:
 *
 *   g ← g + λθ      b ← μb + (1−d)g, or g on the first step      θ ← θ − lr · (g + μb with Nesterov, else b)
 *
 * θ, b, g of one shape, lr (float32 scalar), step (int32 scalar, 0 on the first step) → θ, b.
 */
export const sgdStep = defineOp<SgdStepAttrs>('sgdStep', {
  inPlace: [0, 1],
  infer([param, buffer, grad, lr, step]) {
    requireScalars('sgdStep', lr, step);
    return updatedTypes('sgdStep', param, { momentum: buffer }, grad);
  },
  reference([param, buffer, grad, lr, step], [newParam, newBuffer], attrs) {
    const { momentum, dampening, nesterov, weightDecay } = attrs;
    const rate = lr.data[0] as number;
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

/** One step of plain gradient descent, in place: θ ← θ − lr · (g + λθ). θ, g, lr (float32 scalar) → θ. */
export const sgdStepPlain = defineOp<{ readonly weightDecay: number }>('sgdStepPlain', {
  inPlace: [0],
  infer([param, grad, lr]) {
    requireScalars('sgdStepPlain', lr, undefined);
    return updatedTypes('sgdStepPlain', param, {}, grad);
  },
  reference([param, grad, lr], [newParam], { weightDecay }) {
    const rate = lr.data[0] as number;
    for (let i = 0; i < param.data.length; i++) {
      const theta = param.data[i] as number;
      newParam.data[i] = theta - rate * ((grad.data[i] as number) + weightDecay * theta);
    }
  },
});
