/** Checks that the optimizers' step ops share. */
import { requireFloat } from '../../core/dtype.js';
import { DTypeError, ShapeError } from '../../core/errors.js';
import { formatShape, sameShape } from '../../core/shape.js';
import { type NdArray, type Operands, operands, type TensorType } from '../../graph/op.js';
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

/** An optimizer's numbers are a float32 tensor `[count]`: one that an op reads, so that a recorded step sees new ones. */
export function requireConstants(
  subject: string,
  { shape, dtype }: TensorType,
  count: number,
): void {
  if (dtype !== 'float32' || !sameShape(shape, [count]))
    throw new ShapeError(
      subject,
      `constants are ${dtype} ${formatShape(shape)}, float32 [${count}] is required`,
    );
}

/** The elements of such a tensor. */
export function numbersOf({ data }: NdArray): Operands<number> {
  return operands([...data]);
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
