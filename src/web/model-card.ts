/**
 * What a page reads of a model's card. `runs/model-card.ts` checks all of it by a schema; a page checks what it uses, which takes a
 * tenth of the bytes. What networks and transforms are made with, they check themselves.
 */
import { quote, show } from '../core/outside-text.js';
import type { ReadFailure } from '../core/regular-file.js';
import type { ModelCard } from '../runs/model-card.js';
import type { PageCard } from '../runs/page-card.js';

type Check = (value: unknown) => boolean;

const isObject: Check = (value) =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText: Check = (value) => typeof value === 'string';
const isSide: Check = (value) => Number.isInteger(value) && Number(value) >= 1;

/** A field, what it must be, and in words. Those that may be left out come last. */
const fields: Readonly<Record<string, { required: string; check: Check; optional?: true }>> = {
  format: { required: "'wick-model/1'", check: (value) => value === 'wick-model/1' },
  architecture: {
    required: 'a name and options',
    check: (value) => hasOwn(value, 'name', isText) && hasOwn(value, 'options', isObject),
  },
  inputShape: {
    required: '[1 or 3, height, width]',
    check: (value) =>
      Array.isArray(value) &&
      value.length === 3 &&
      value.every(isSide) &&
      [1, 3].includes(value[0]),
  },
  classes: {
    required: 'a list of different names',
    check: (value) =>
      Array.isArray(value) &&
      value.length > 0 &&
      value.every(isText) &&
      new Set(value).size === value.length,
  },
  transform: { required: 'a transform', check: isObject },
  background: {
    required: "'dark' or 'light'",
    check: (value) => value === 'dark' || value === 'light',
    optional: true,
  },
  temperature: {
    required: 'a number above 0',
    check: (value) => typeof value === 'number' && value > 0,
    optional: true,
  },
  license: { required: 'a text', check: isText, optional: true },
};

function hasOwn(value: unknown, name: string, check: Check): boolean {
  return isObject(value) && check((value as Readonly<Record<string, unknown>>)[name]);
}

/** The value as a card. @throws what `fail` makes of the first thing that is wrong with it */
export function readPageCard(value: unknown, fail: ReadFailure): Pick<ModelCard, keyof PageCard> {
  if (!isObject(value)) throw fail(`its description is ${show(value)}, an object is required`);
  const card = value as Readonly<Record<string, unknown>>;
  for (const [name, { required, check, optional }] of Object.entries(fields)) {
    const given = card[name];
    if (given === undefined ? optional : check(given)) continue;
    throw fail(
      `field ${quote(name)} of its description is ${show(given)}, ${required} is required`,
    );
  }
  const { architecture, inputShape, classes, code } = card as unknown as ModelCard; // as checked
  if (code !== undefined)
    throw fail(
      `was trained by code in ${quote(String(code.path))}, which a page does not run; ` +
        'load its weights with io.decodeSafetensors into a network that you make',
    );
  const { options } = architecture;
  const [inChannels, height, width] = inputShape;
  const required = {
    numClasses: classes.length,
    ...(Object.hasOwn(options, 'inChannels') && { inChannels }),
    ...(Object.hasOwn(options, 'imageSize') && height === width && { imageSize: height }),
  };
  for (const [name, fitting] of Object.entries(required))
    if (options[name] !== fitting)
      throw fail(
        `option ${quote(name)} of its network is ${show(options[name])}, but ${fitting} fits`,
      );
  return card as unknown as Pick<ModelCard, keyof PageCard>;
}
