import { CheckpointError, reasonOf } from '../../core/errors.js';
import { formatShape } from '../../core/shape.js';
import { outputShape } from '../../nn/output-shape.js';
import type { OnnxFailure } from './failure.js';
import type { OnnxModule } from './onnx-module.js';

/** Throws what `fail` makes where the network's nodes do not fit together for inputs of its own size; where any size may be, that is not known. */
export function requireRuns(model: OnnxModule, fail: OnnxFailure): void {
  const [batch = null, ...sizes] = model.info.inputShape;
  const known = sizes.flatMap((size) => size ?? []);
  if (known.length < sizes.length || sizes.length === 0) return;
  const input = [batch ?? 1, ...known];
  try {
    outputShape(model, input);
  } catch (cause) {
    const reason = cause instanceof CheckpointError ? cause.detail : reasonOf(cause);
    throw fail(`does not run on inputs ${formatShape(input)} (${reason})`, cause);
  }
}
