/** Models by name, as model.json and the command line name them. */
import { ValueError } from '../../core/errors.js';
import { quote, show } from '../../core/outside-text.js';
import type { Module } from '../../nn/module.js';
import { cifarCnn } from './cifar-cnn.js';
import type { ClassifierOptions } from './classifier-options.js';
import { mnistCnn } from './mnist-cnn.js';
import { resnet18, resnet34 } from './resnet.js';
import { sneakerCnn } from './sneaker-cnn.js';

const table: Readonly<Record<string, (options: ClassifierOptions) => Module>> = {
  mnistCnn,
  cifarCnn,
  sneakerCnn,
  resnet18,
  resnet34,
};

export const modelNames: readonly string[] = Object.keys(table);

const optionNames: readonly string[] = [
  'numClasses',
  'inChannels',
  'imageSize',
] satisfies (keyof ClassifierOptions)[];

/** A network by name, with fresh weights from the default generator. */
export function createModel({
  name,
  options,
}: {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
}): Module {
  const make = Object.hasOwn(table, name) ? table[name] : undefined;
  if (make === undefined)
    throw new ValueError(
      'createModel',
      `name=${quote(name)} must be one of ${modelNames.join(', ')}`,
    );
  for (const [option, value] of Object.entries(options)) {
    if (!optionNames.includes(option))
      throw new ValueError(
        name,
        `has no option ${quote(option)}; it has ${optionNames.join(', ')}`,
      );
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 1)
      throw new ValueError(name, `${option}=${show(value)} must be a whole number ≥ 1`);
  }
  return make(options as ClassifierOptions); // checked above
}
