/** Checks that shape rules share. */
import { type DType, requireFloat } from '../core/dtype.js';
import { DTypeError, internalError, ShapeError } from '../core/errors.js';
import { formatShape, normalizeDim, type Shape, sameShape } from '../core/shape.js';
import type { TensorType } from '../graph/op.js';

/** Throws unless the named tensors (those that are there) have one floating dtype; returns it. */
export function requireOneFloat(
  subject: string,
  tensors: Readonly<Record<string, TensorType | undefined>>,
): DType {
  let first: { name: string; dtype: DType } | undefined;
  for (const [name, tensor] of Object.entries(tensors)) {
    if (tensor === undefined) continue;
    const { dtype } = tensor;
    requireFloat(subject, name, dtype);
    first ??= { name, dtype };
    if (dtype !== first.dtype)
      throw new DTypeError(
        subject,
        `${first.name} is ${first.dtype} and ${name} is ${dtype}, they must have one dtype; convert one with .to()`,
      );
  }
  if (first === undefined) throw internalError(`${subject} has no inputs`);
  return first.dtype;
}

/** Throws unless `tensor`, where it is there, has exactly this shape; `why` says where the shape comes from. */
export function requireExact(
  subject: string,
  name: string,
  tensor: TensorType | undefined,
  shape: Shape,
  why: string,
): void {
  if (tensor !== undefined && !sameShape(tensor.shape, shape))
    throw new ShapeError(
      subject,
      `${name} ${formatShape(tensor.shape)} must be ${formatShape(shape)}, ${why}`,
    );
}

/** Throws unless `dim` counts from the front, as attributes of ops do: methods resolve negative ones. */
export function requireDim(subject: string, dim: number, rank: number): void {
  if (normalizeDim(subject, dim, rank) !== dim)
    throw internalError(`${subject} got dim=${dim}, which must count from the front`);
}

/** The type alone of a tensor: what shape rules return must not keep values alive. */
export function typeOf({ shape, dtype }: TensorType): TensorType {
  return { shape, dtype };
}
