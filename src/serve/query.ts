/** What may be asked in an address: `?model=photos-1&top=3`. */
import { ValueError } from '../core/errors.js';
import { quote } from '../core/outside-text.js';
import {
  inversions,
  type PredictOptions,
  type PredictQuery,
  readPredictOptions,
} from '../runs/predict-options.js';
import { testTimeViews } from '../runs/test-time-views.js';
import type { Models } from './models.js';
import type { ServedModel } from './served-model.js';
import { HttpError } from './shell/http-error.js';
import type { Visit } from './shell/route.js';

/** The parameters, as openapi.json describes them. */
export const parameters = {
  model: {
    description: 'The name of a model; without it the first one answers.',
    schema: { type: 'string' },
  },
  top: {
    description: 'How many classes are told; without it all.',
    schema: { type: 'integer', minimum: 1 },
  },
  threshold: {
    description: 'The probability below which the model is unsure of its best class.',
    schema: { type: 'number', minimum: 0, maximum: 1, default: 0 },
  },
  invert: {
    description:
      'Whether dark and light are exchanged: of all pictures, of those that look inverted.',
    schema: { type: 'string', enum: inversions, default: 'no' },
  },
  tta: {
    description: 'Probabilities are averaged over views of the picture.',
    schema: { type: 'string', enum: testTimeViews },
  },
  label: {
    description: 'The class that is explained; without it the most probable one.',
    schema: { type: 'string' },
  },
} as const;

type Parameter = keyof typeof parameters;

export const predictParameters = ['model', 'top', 'threshold', 'invert', 'tta'] as const;
export const explainParameters = ['model', 'label', 'invert'] as const;

export interface Asked {
  readonly model: ServedModel;
  readonly query: PredictQuery;
  readonly label: string | null;
}

/** Reads an address, which may name `known` parameters, each once. @throws HttpError 400, or 404 for a model that is not there */
export function askedIn(
  { url, ended }: Pick<Visit, 'url' | 'ended'>,
  known: readonly Parameter[],
  models: Models,
): Asked {
  const given: Partial<Record<Parameter, string>> = {};
  for (const [name, value] of url.searchParams) {
    const parameter = known.find((one) => one === name);
    if (parameter === undefined)
      throw new HttpError(400, `${quote(name)} is unknown; known are ${known.join(', ')}`);
    if (given[parameter] !== undefined) throw new HttpError(400, `${name} is given twice`);
    given[parameter] = value;
  }
  const { model: name = null, label = null, top, threshold, invert, tta } = given;
  const model = models.find(name);
  if (model === undefined) throw new HttpError(404, `there is no model ${quote(name ?? '')}`);
  if (label !== null && !model.classes.includes(label))
    throw new HttpError(400, `${quote(label)} is no class of the model`);
  const options = {
    top: numberIn('top', top),
    threshold: numberIn('threshold', threshold),
    invert,
    tta,
  } as PredictOptions; // the reader refuses what is none
  try {
    const query = readPredictOptions([options], model.classes.length);
    return { model, label, query: { ...query, signal: ended } };
  } catch (error) {
    if (error instanceof ValueError) throw new HttpError(400, error.detail);
    throw error;
  }
}

function numberIn(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const number = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isNaN(number)) throw new HttpError(400, `${name}=${quote(text)} must be a number`);
  return number;
}
