/** `model.json`: what must travel with the weights so that anybody can use them. */
import { z } from 'zod';
import { DataError } from '../core/errors.js';
import type { TransformJson } from '../vision/transforms/transform.js';
import type { RunFolder } from './run-folder.js';

const schema = z.object({
  format: z.literal('wick-model/1'),
  /** A name and its options in the table of models. */
  architecture: z.object({
    name: z.string(),
    options: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])),
  }),
  /** `[C, H, W]` of one input. */
  inputShape: z.tuple([z.int().positive(), z.int().positive(), z.int().positive()]),
  /** Class names by number. */
  classes: z.array(z.string()).min(1),
  /** The evaluation transform, as `transformFromJSON` reads it: picture → input. */
  transform: z.custom<TransformJson>(
    (value) => typeof value === 'object' && value !== null && 'name' in value,
    'must be a transform: an object with a name',
  ),
});

export type ModelCard = z.infer<typeof schema>;

/** Reads and checks the model card of a run. @throws DataError saying which field is wrong */
export async function readModelCard(run: RunFolder): Promise<ModelCard> {
  const parsed = schema.safeParse(await run.read('model.json'));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new DataError(
    run.file('model.json'),
    `field '${issue?.path.join('.') ?? ''}': ${issue?.message ?? 'is not valid'}; the run may come from another version of wick`,
  );
}
