/** `config.json`: what a run was trained on and with, so that it can be tested, gone on with and run again. */
import { z } from 'zod';
import { checkJson } from '../io/json-file.js';
import { type CodeRecord, codeSchema } from '../recipes/file/load-recipe.js';
import type { Task, TaskChoices } from '../recipes/recipe.js';
import { type Settings, settingsSchema } from '../recipes/settings/schema.js';
import type { RunFolder } from './run-folder.js';

const name = z.string().min(1).max(4096);
const length = z.int().nonnegative();
const { data, model, seed, split, loss } = settingsSchema.shape;

const dataSchema = z.object({
  recipe: name,
  code: codeSchema.optional(),
  settings: z.object({ data, model, seed, split, loss }),
  data: z
    .object({
      train: length.optional(),
      val: length.optional(),
      test: length.optional(),
      fingerprint: z.object({ val: name.optional(), test: name.optional() }).optional(),
    })
    .optional(),
});

const facts = z.record(z.string(), z.unknown());

const schema = z.object({
  recipe: name,
  code: codeSchema.optional(),
  settings: facts,
  engine: z.looseObject({ engine: name, threads: z.int().positive(), winograd: z.boolean() }),
  data: facts,
  wick: name,
  node: name,
  started: name.optional(),
});

/** The settings of a loss that say what is held out is measured by. */
export type MeasuredBy = Pick<Settings['loss'], 'name' | 'sumClasses'>;

/** A recipe and what was chosen of its data and network. */
export interface RunData {
  readonly recipe: string;
  /** The recipe's file, where it is one of the user's. */
  readonly code?: CodeRecord | undefined;
  readonly choices: TaskChoices;
  /** What it was measured by. */
  readonly loss: MeasuredBy;
  /** The share of the training part that was its validation part. */
  readonly valSplit: number;
  /** How many pictures the run had, all parts together; null where that is not kept. */
  readonly pictures: number | null;
  /** Of its validation and its test part, as far as they have one. */
  readonly fingerprint: { readonly val?: string | undefined; readonly test?: string | undefined };
}

/** Everything that a run needs to be repeated. */
export interface RunConfig {
  readonly recipe: string;
  readonly code?: CodeRecord;
  /** All of them; `resolveSettings` checks them. */
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

/** The settings as config.json keeps them: what the data or the recipe decided is written out, so that it stays. */
export function settingsOf({ choices, architecture, inputShape, code }: Task, settings: Settings) {
  const [, imageSize] = inputShape;
  return {
    ...settings,
    data: { ...settings.data, path: choices.data ?? null, imageSize },
    model: {
      ...settings.model,
      name: code?.network ? null : architecture.name,
      pretrained: choices.pretrained ?? null,
    },
  };
}

/** Reads and checks the part that says which data a run was trained on. @throws DataError saying which field is wrong */
export async function readRunData(run: RunFolder): Promise<RunData> {
  const { recipe, code, settings, data } = await read(run, dataSchema, 'the run may be damaged');
  return {
    recipe,
    ...(code && { code }),
    choices: choicesOf(settings),
    loss: settings.loss,
    valSplit: settings.split.val,
    pictures: data?.train === undefined ? null : data.train + (data.val ?? 0) + (data.test ?? 0),
    fingerprint: data?.fingerprint ?? {},
  };
}

/** Reads and checks all of it. @throws DataError saying which field is wrong */
export async function readRunConfig(run: RunFolder): Promise<RunConfig> {
  const advice = 'it was changed, or comes from a version of wick that could not go on with a run';
  return (await read(run, schema, advice)) as RunConfig; // without keys that are undefined
}

async function read<T>(run: RunFolder, parts: z.ZodType<T>, advice: string): Promise<T> {
  return checkJson(run.file('config.json'), parts, await run.read('config.json'), advice);
}

/** What is chosen of a task's data and network. */
export function choicesOf({
  data: { path, imageSize, limit },
  model: { name: network, pretrained },
  seed: drawn,
}: Pick<z.output<typeof settingsSchema>, 'data' | 'model' | 'seed'>): TaskChoices {
  return {
    ...(path !== null && { data: path }),
    ...(network !== null && { model: network }),
    ...(pretrained !== null && { pretrained }),
    ...(imageSize !== null && { imageSize }),
    ...(limit !== null && { limit }),
    ...(drawn !== null && { seed: drawn }),
  };
}
