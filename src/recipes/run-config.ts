/** The part of `config.json` that says which data a run was trained on. */
import { z } from 'zod';
import { DataError } from '../core/errors.js';
import type { RunFolder } from '../io/run-folder.js';
import type { TaskChoices } from './recipe.js';

const choices = z.object({
  data: z.string(),
  model: z.string(),
  imageSize: z.int().positive(),
  limit: z.int().positive(),
  seed: z.int().nonnegative(),
});

const schema = z.object({
  recipe: z.string(),
  choices: choices.partial().default({}),
});

/** A recipe and what was chosen of it. */
export interface RunConfig {
  readonly recipe: string;
  readonly choices: TaskChoices;
}

/** Reads and checks it. @throws DataError saying which field is wrong */
export async function readRunConfig(run: RunFolder): Promise<RunConfig> {
  const parsed = schema.safeParse(await run.read('config.json'));
  if (parsed.success) return parsed.data as RunConfig; // without keys that are undefined
  const [issue] = parsed.error.issues;
  throw new DataError(
    run.file('config.json'),
    `field '${issue?.path.join('.') ?? ''}': ${issue?.message ?? 'is not valid'}; the run may be damaged`,
  );
}
