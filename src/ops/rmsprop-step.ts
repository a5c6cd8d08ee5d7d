import { ShapeError } from '../core/errors.js';
import { formatShape, sameShape } from '../core/shape.js';
import { defineOp } from '../tensor/define-op.js';
import {
  numbersOf,
  requireConstants,
  requireScalars,
  updatedTypes,
} from './kernels/optimizer-step.js';
import { typeOf } from './require.js';

/**
 * One step of RMSprop (Hinton, 2012, https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf), in place:
 *
 *   g ← g + λθ      s ← αs + (1−α)g²      a ← αa + (1−α)g
 *   d = √s + ε, centered: √(s − a²) + ε
 *   θ ← θ − lr · g/d, with momentum: b ← μb + g/d, θ ← θ − lr · b
 *
 * θ, s, b, a, g, lr (float32 scalar), [1 − α, ε, λ, μ] (float32) → θ, s, b, a. Without momentum b, and unless centered a, is an empty tensor `[0]`.
 */
export const rmspropStep = defineOp('rmspropStep', {
  inPlace: [0, 1, 2, 3],
  infer([param, square, buffer, mean, grad, lr, constants], { momentum, centered }) {
    requireScalars('rmspropStep', lr, undefined);
    requireConstants('rmspropStep', constants, 4);
    const used = {
      square,
      ...(momentum && { momentum: buffer }),
      ...(centered && { gradAvg: mean }),
    };
    updatedTypes('rmspropStep', param, used, grad);
    for (const [name, state] of Object.entries({ momentum: buffer, gradAvg: mean }))
      if (!(name in used) && !sameShape(state.shape, [0]))
        throw new ShapeError(
          'rmspropStep',
          `${name} ${formatShape(state.shape)} is not used and must be [0]`,
        );
    return [param, square, buffer, mean].map(typeOf);
  },

  reference(
    [param, square, buffer, mean, grad, lr, constants],
    [newParam, newSquare, newBuffer, newMean],
    { momentum, centered },
  ) {
    const rate = lr.data[0] as number;
    const [rest, eps, weightDecay, kept] = numbersOf(constants);
    const alpha = 1 - rest;
    for (let i = 0; i < param.data.length; i++) {
      const theta = param.data[i] as number;
      const g = (grad.data[i] as number) + weightDecay * theta;
      const s = alpha * (square.data[i] as number) + rest * g * g;
      newSquare.data[i] = s;
      let variance = s;
      if (centered) {
        const a = alpha * (mean.data[i] as number) + rest * g;
        newMean.data[i] = a;
        variance -= a * a;
      }
      let direction = g / (Math.sqrt(variance) + eps);
      if (momentum) {
        direction += kept * (buffer.data[i] as number);
        newBuffer.data[i] = direction;
      }
      newParam.data[i] = theta - rate * direction;
    }
  },
});
