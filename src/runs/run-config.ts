/** The part of `config.json` that says which data a run was trained on. */
import { z } from 'zod';
import { checkJson } from '../io/json-file.js';
import type { TaskChoices } from '../recipes/recipe.js';
import type { RunFolder } from './run-folder.js';

const name = z.string().min(1).max(200);

const choices = z.object({
  data: z.string().min(1).max(4096),
  model: name,
  imageSize: z.int().positive().max(8192),
  limit: z.int().positive(),
  seed: z.int().nonnegative(),
});

const schema = z.object({
  recipe: name,
  choices: choices.partial().default({}),
});

/** A recipe and what was chosen of it. */
export interface RunConfig {
  readonly recipe: string;
  readonly choices: TaskChoices;
}

/** Reads and checks it. @throws DataError saying which field is wrong */
export async function readRunConfig(run: RunFolder): Promise<RunConfig> {
  const path = run.file('config.json');
  const config = checkJson(path, schema, await run.read('config.json'), 'the run may be damaged');
  return config as RunConfig; // without keys that are undefined
}
