/** `config.json`: what a run was trained on and with, so that it can be tested, gone on with and run again. */
import { z } from 'zod';
import { checkJson } from '../io/json-file.js';
import type { TaskChoices } from '../recipes/recipe.js';
import type { RunFolder } from './run-folder.js';

const name = z.string().min(1).max(200);

const choices = z.object({
  data: z.string().min(1).max(4096),
  model: name,
  pretrained: z.union([z.boolean(), z.string().min(1).max(4096)]),
  imageSize: z.int().positive().max(8192),
  limit: z.int().positive(),
  seed: z.int().nonnegative(),
});

const dataSchema = z.object({
  recipe: name,
  choices: choices.partial().default({}),
});

const facts = z.record(z.string(), z.unknown());

const schema = dataSchema.extend({
  settings: facts,
  engine: z.looseObject({ engine: name, threads: z.int().positive(), winograd: z.boolean() }),
  data: facts,
  wick: name,
  node: name,
  started: name.optional(),
});

/** A recipe and what was chosen of it. */
export interface RunData {
  readonly recipe: string;
  readonly choices: TaskChoices;
}

/** Everything that a run needs to be repeated. */
export interface RunConfig extends RunData {
  /** `settingsFor` checks them. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly engine: Readonly<Record<string, unknown>> & {
    readonly engine: string;
    readonly threads: number;
    readonly winograd: boolean;
  };
  /** Lengths and fingerprints of the splits. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly wick: string;
  readonly node: string;
  /** When it began, as ISO 8601 has it. */
  readonly started?: string;
}

/** Reads and checks the part that says which data a run was trained on. @throws DataError saying which field is wrong */
export async function readRunData(run: RunFolder): Promise<RunData> {
  return (await read(run, dataSchema, 'the run may be damaged')) as RunData; // without keys that are undefined
}

/** Reads and checks all of it. @throws DataError saying which field is wrong */
export async function readRunConfig(run: RunFolder): Promise<RunConfig> {
  const advice = 'it was changed, or comes from a version of wick that could not go on with a run';
  return (await read(run, schema, advice)) as RunConfig; // without keys that are undefined
}

async function read<T>(run: RunFolder, parts: z.ZodType<T>, advice: string): Promise<T> {
  return checkJson(run.file('config.json'), parts, await run.read('config.json'), advice);
}
