import { WickError } from '../core/errors.js';
import { optionReader } from '../core/options.js';
import type { Shape } from '../core/shape.js';
import { Linear } from '../nn/linear.js';
import type { Module } from '../nn/module.js';
import { formatSummary } from './format-summary.js';
import { listLayers, type ModelSummary, summarize } from './model-summary.js';

export interface SummaryOptions {
  /** The input's shape `[N, C, H, W]`. @default `[1, inFeatures]` of a first layer that is linear */
  inputSize?: Shape;
  /** 1 prints the table, 0 prints nothing. @default 1 */
  verbose?: 0 | 1;
}

const readOptions = optionReader<SummaryOptions>('summary', { inputSize: true, verbose: true });

/**
 * Prints a model layer by layer, as torchinfo's function of that name does, and returns what it printed. Without an input
 * the table has layers and parameters alone, unless the first layer tells what it takes.
 *
 * @example summary(model, { inputSize: [1, 1, 28, 28] })
 */
export function summary(model: Module, ...given: [options?: SummaryOptions]): ModelSummary {
  const { inputSize, verbose = 1 } = readOptions(given);
  const result = inputSize === undefined ? withoutInput(model) : summarize(model, inputSize);
  if (verbose === 1) console.log(formatSummary(result));
  return result;
}

function withoutInput(model: Module): ModelSummary {
  const first = model.modules().find((module) => module.children().length === 0);
  if (!(first instanceof Linear)) return listLayers(model);
  try {
    return summarize(model, [1, first.inFeatures]);
  } catch (error) {
    if (error instanceof WickError) return listLayers(model); // something comes before it
    throw error;
  }
}
