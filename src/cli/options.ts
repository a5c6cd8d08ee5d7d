/** Parsers of option values, whose errors name the option as it was typed. */
import { InvalidArgumentError, Option } from 'commander';
import { EngineError } from '../core/errors.js';
import { maxThreads } from '../core/threads.js';
import type { Precision } from '../engine/precision.js';
import { engineNames } from '../engine/registry.js';
import {
  currentEngine,
  type DeviceChoice,
  deviceChoices,
  engineReport,
  preferEngine,
  setThreads,
  setWinograd,
  useDevice,
} from '../engine/select.js';
import { inversions } from '../runs/predict-options.js';

/** A whole number from `min` to `max`. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isSafeInteger(value) || value < min || value > max)
      throw new InvalidArgumentError(
        `a whole number from ${min} to ${max.toLocaleString('en')} is required.`,
      );
    return value;
  };
}

/** A number above 0 and up to `max`, such as 0.01 or 1e-3. */
export function positiveNumber(max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !(value > 0 && value <= max))
      throw new InvalidArgumentError(
        `a number above 0 and up to ${max.toLocaleString('en')} is required, such as 0.01 or 1e-3.`,
      );
    return value;
  };
}

/** A number from 0 to 1. */
export function unitNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1))
    throw new InvalidArgumentError('a number from 0 to 1 is required, such as 0.5.');
  return value;
}

/** `--engine E`, `--threads N`: what every command that runs a model takes. */
export const engineOption = (): Option =>
  new Option('--engine <name>', 'where ops run').choices(engineNames());
export const deviceOption = (): Option =>
  new Option(
    '--device <name>',
    'what ops run on, instead of --engine: auto is a GPU where there is one',
  )
    .choices(deviceChoices)
    .conflicts('engine');
export const threadsOption = (): Option =>
  new Option('--threads <n>', "threads to work with (default: the machine's cores)").argParser(
    wholeNumber(1, maxThreads),
  );
export const batchSizeOption = (description: string): Option =>
  new Option('--batch-size <n>', description).argParser(wholeNumber(1, 65_536));
export const dataOption = (): Option =>
  new Option('--data <dir>', 'folder with the files, for a data set that wick knows');
export const winogradOption = (): Option =>
  new Option('--no-winograd', 'compute 3×3 convolutions directly: slower, a little less rounding');
export const onErrorOption = (): Option =>
  new Option('--on-error <what>', 'what a file that cannot be used does')
    .choices(['throw', 'skip'])
    .default('throw');
export const recipeOption = (): Option =>
  new Option('--recipe <file>', "the run's recipe file, where it has changed or is elsewhere");
export const invertOption = (): Option =>
  new Option(
    '--invert <when>',
    'exchange dark and light: of all pictures, or of those that look inverted (auto)',
  )
    .choices(inversions)
    .default('no');
export const jsonOption = (): Option =>
  new Option('--json', 'print one JSON object per line and nothing else');

/** Options of `engineOption`, `threadsOption` and `winogradOption` as parsed, and the precision that is wanted. */
export interface EngineChoice {
  readonly engine?: string;
  readonly device?: DeviceChoice;
  readonly threads?: number;
  readonly winograd?: boolean;
  readonly precision?: Precision;
}

/** Applies the choice and opens the engine: what is wrong with it shows before anything else is done. */
export function applyEngineChoice({
  engine,
  device,
  threads,
  winograd = true,
  precision = 'float32',
}: EngineChoice): void {
  if (!winograd) setWinograd(false);
  if (threads !== undefined) setThreads(threads);
  if (device !== undefined) useDevice(device);
  else if (engine !== undefined) preferEngine(engine);
  try {
    currentEngine().requirePrecision(precision);
  } catch (error) {
    const { problem } = engineReport();
    if (problem === undefined || !(error instanceof EngineError)) throw error;
    throw new EngineError(error.subject, `${error.detail}. ${problem}`); // Why it is not the engine that could.
  }
}
