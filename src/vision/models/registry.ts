/** Models by name, as model.json and the command line name them. */
import { ValueError } from '../../core/errors.js';
import type { Module } from '../../nn/module.js';
import { cifarCnn } from './cifar-cnn.js';
import { mnistCnn } from './mnist-cnn.js';
import { resnet18, resnet34 } from './resnet.js';
import { sneakerCnn } from './sneaker-cnn.js';

/** What every model of the table takes. */
interface ModelOptions {
  readonly numClasses: number;
}

const table: Readonly<Record<string, (options: ModelOptions) => Module>> = {
  mnistCnn,
  cifarCnn,
  sneakerCnn,
  resnet18,
  resnet34,
};

export const modelNames: readonly string[] = Object.keys(table);

/** A network by name, with fresh weights from the default generator. */
export function createModel({
  name,
  options,
}: {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
}): Module {
  const make = table[name];
  if (make === undefined)
    throw new ValueError('createModel', `name='${name}' must be one of ${modelNames.join(', ')}`);
  const { numClasses } = options;
  if (typeof numClasses !== 'number' || !Number.isInteger(numClasses) || numClasses < 1)
    throw new ValueError(
      name,
      `numClasses=${JSON.stringify(numClasses)} must be a whole number ≥ 1`,
    );
  return make({ numClasses });
}
