/** `model.json`: what must travel with the weights so that anybody can use them. */
import { z } from 'zod';
import { DataError } from '../core/errors.js';
import { quote } from '../core/outside-text.js';
import type { ReadFailure } from '../core/regular-file.js';
import { checkJson } from '../io/json-file.js';
import { coldest, hottest } from '../metrics/temperature.js';
import { skipInit } from '../nn/init.js';
import type { Module } from '../nn/module.js';
import { codeSchema, type RecipeFile, recordedRecipe } from '../recipes/file/load-recipe.js';
import { networkOf, networkRequest } from '../recipes/file/parts.js';
import '../vision/models/onnx-network.js'; // registers how such networks are made
import { createModel } from '../vision/models/registry.js';
import type { TransformJson } from '../vision/transforms/transform.js';
import { ModelFile, type ModelSource } from './model-file.js';
import type { RunFolder } from './run-folder.js';

/** Classes that a file may name; more is taken for a mistake. */
const maxClasses = 2 ** 16;

/** The longest side of an input, in pixels. */
const maxSide = 8192;

const side = z.int().positive().max(maxSide);

const isPlain = (value: unknown) =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const text = z.string().max(1000);
const count = z.int().nonnegative();

/** What a model was trained on, for its file: a run has it in config.json. */
const dataSchema = z.object({
  /** The recipe, by its name in config.json. */
  recipe: text,
  /** The recipe's file, by its name alone. */
  code: codeSchema.optional(),
  imageSize: side.optional(),
  limit: count.optional(),
  seed: count.optional(),
  /** Of the pictures of each part, which tell whether others are the same. */
  fingerprint: z
    .object({ train: text.optional(), val: text.optional(), test: text.optional() })
    .optional(),
});

const schema = z
  .object({
    format: z.literal('wick-model/1'),
    /** A name and its options in the table of models. */
    architecture: z.object({
      name: z.string().max(200),
      options: z.custom<Readonly<Record<string, unknown>>>(isPlain, 'must be an object'),
    }),
    /** `[C, H, W]` of one input. */
    inputShape: z.tuple([z.union([z.literal(1), z.literal(3)]), side, side]),
    /** Class names by number. */
    classes: z.array(z.string().max(1000)).min(1).max(maxClasses),
    /** What the grey pictures that were trained on have around what they show; left out where they differ. */
    background: z.enum(['dark', 'light']).optional(),
    /** Scores are divided by it before softmax, so that probabilities fit what they are of; left out where that was not looked at. */
    temperature: z.number().min(coldest).max(hottest).optional(),
    /** The recipe file that makes the network, the transform, or both. */
    code: codeSchema.extend({ gives: z.array(z.enum(['model', 'transform'])).min(1) }).optional(),
    /** Under which terms it may be used: an SPDX identifier, or a sentence. */
    license: text.optional(),
    data: dataSchema.optional(),
    /** The evaluation transform, picture → input; `transformFromJSON` reads it, and checks all that is in it. */
    transform: z.custom<TransformJson>(isPlain, 'must be a transform: an object with a name'),
  })
  .superRefine(({ classes, architecture: { options }, inputShape }, context) => {
    const [inChannels, height, width] = inputShape;
    const wrong = (path: PropertyKey[], message: string) =>
      context.addIssue({ code: 'custom', path, message });
    const agree = (option: string, required: number, by: string) => {
      const path = ['architecture', 'options', option];
      if (options[option] !== required) wrong(path, `must be ${required}, by ${by}`);
    };
    const seen = new Set<string>();
    classes.forEach((name, i) => {
      if (seen.has(name)) wrong(['classes', i], 'names a class twice');
      seen.add(name);
    });
    agree('numClasses', classes.length, "the number of 'classes'");
    if (Object.hasOwn(options, 'inChannels')) agree('inChannels', inChannels, "'inputShape'");
    if (Object.hasOwn(options, 'imageSize') && height === width)
      agree('imageSize', height, "'inputShape'");
  });

export type ModelCard = z.infer<typeof schema>;

/** Reads and checks the model card of a run. @throws DataError saying which field is wrong */
export async function readModelCard(run: RunFolder): Promise<ModelCard> {
  const path = run.file('model.json');
  const fail: ReadFailure = (detail, cause) => new DataError(path, detail, { cause });
  return parseModelCard(await run.read('model.json'), fail);
}

/** The value as a model card, whose wrong field the error names. */
export function parseModelCard(value: unknown, fail: ReadFailure): ModelCard {
  const advice = 'it was changed, or comes from another version of wick';
  return checkJson(fail, schema, value, advice);
}

/** The recipe file that a model needs; null where it needs none. @throws DataError where it may not be run */
export async function recipeOfCard(
  source: ModelSource,
  { code }: ModelCard,
  named?: string,
): Promise<RecipeFile | null> {
  if (code === undefined) return null;
  if (named === undefined && source instanceof ModelFile) throw needsRecipe(source, code.path);
  return await recordedRecipe(source.path, code, named);
}

/** A file that travels starts no code, not even what has been run here before. */
export function needsRecipe({ path }: ModelFile, file: string): DataError {
  return new DataError(
    path,
    `was trained by code in ${quote(file)}, which does not travel with it; pass { recipe: 'FILE' } to run that file`,
  );
}

/** The network that a card describes, its values left open. `file` is what `recipeOfCard` gave. */
export function networkOfCard(
  { architecture, code, inputShape, classes }: ModelCard,
  file: RecipeFile | null,
): Module {
  if (file !== null && code?.gives.includes('model'))
    return skipInit(() => networkOf(file, networkRequest(inputShape, classes.length)));
  return skipInit(() => createModel(architecture));
}
