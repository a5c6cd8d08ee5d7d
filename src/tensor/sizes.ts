import { ValueError } from '../core/errors.js';
import { requireShape, type Shape } from '../core/shape.js';

/**
 * The shape in what `subject` was given, and what may be options. Sizes come as PyTorch's users give them: as an array,
 * which options may follow, or one by one.
 */
export function readSizes<O extends object>(
  subject: string,
  given: readonly unknown[],
): readonly [shape: Shape, given: [options?: O]] {
  const [first, ...rest] = given;
  const single = given.length > 0 && given.every((size) => typeof size === 'number');
  if (!Array.isArray(first) && !single)
    throw new ValueError(
      subject,
      `sizes are required: ${subject}([2, 3]) or ${subject}(2, 3); options follow an array of sizes`,
    );
  const shape: Shape = single ? given : (first as Shape); // whose sizes are checked here
  requireShape(subject, shape);
  return [shape, (single ? [] : rest) as [options?: O]]; // which the reader of options checks
}
