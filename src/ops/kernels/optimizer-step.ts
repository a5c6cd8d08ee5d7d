/** Checks that the optimizers' step ops share. */
import { requireFloat } from '../../core/dtype.js';
import { DTypeError } from '../../core/errors.js';
import { sameShape } from '../../core/shape.js';
import type { TensorType } from '../../graph/op.js';
import { requireExact, typeOf } from '../require.js';

/** A parameter, the states and the gradient of one update: each of the parameter's type. Returns what is updated. */
export function updatedTypes(
  subject: string,
  param: TensorType,
  states: Readonly<Record<string, TensorType>>,
  grad: TensorType,
): TensorType[] {
  requireFloat(subject, 'the parameter', param.dtype);
  for (const [name, tensor] of Object.entries({ ...states, gradient: grad })) {
    requireExact(subject, name, tensor, param.shape, 'the shape of the parameter');
    if (tensor.dtype !== param.dtype)
      throw new DTypeError(
        subject,
        `${name} is ${tensor.dtype}, it must have the parameter's dtype ${param.dtype}`,
      );
  }
  return [param, ...Object.values(states)].map(typeOf);
}

/** Learning rates are float32 scalars and step counts int32 scalars: tensors, so that a recorded step sees new ones. */
export function requireScalars(
  subject: string,
  lr: TensorType,
  step: TensorType | undefined,
): void {
  requireScalar(subject, 'lr', lr, 'float32');
  if (step !== undefined) requireScalar(subject, 'step', step, 'int32');
}

function requireScalar(
  subject: string,
  name: string,
  { shape, dtype }: TensorType,
  required: 'float32' | 'int32',
): void {
  if (!sameShape(shape, []) || dtype !== required)
    throw new DTypeError(
      subject,
      `${name} is a ${dtype} tensor of ${shape.length} dimensions, a ${required} scalar is required`,
    );
}
