/** Parsers of option values, whose errors name the option as it was typed. */
import { InvalidArgumentError, Option } from 'commander';
import { type EngineName, engineNames, setThreads, useEngine } from '../engine/select.js';

/** A whole number ≥ `min`. */
export function wholeNumber(min: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isSafeInteger(value) || value < min)
      throw new InvalidArgumentError(`a whole number ≥ ${min} is required.`);
    return value;
  };
}

/** A number > 0, such as 0.01 or 1e-3. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value <= 0)
    throw new InvalidArgumentError('a number > 0 is required, such as 0.01 or 1e-3.');
  return value;
}

/** `--engine E`, `--threads N`: what every command that runs a model takes. */
export const engineOption = (): Option =>
  new Option('--engine <name>', 'where ops run').choices([...engineNames]);
export const threadsOption = (): Option =>
  new Option('--threads <n>', "threads to work with (default: the machine's cores)").argParser(
    wholeNumber(1),
  );
export const dataOption = (): Option =>
  new Option('--data <dir>', 'folder with the files, for a data set that wick knows');
export const jsonOption = (): Option =>
  new Option('--json', 'print one JSON object per line and nothing else');

/** Options of `engineOption` and `threadsOption`, as parsed. */
export interface EngineChoice {
  readonly engine?: EngineName;
  readonly threads?: number;
}

/** Applies the choice before the first op runs. */
export function applyEngineChoice({ engine, threads }: EngineChoice): void {
  if (threads !== undefined) setThreads(threads);
  if (engine !== undefined) useEngine(engine);
}
