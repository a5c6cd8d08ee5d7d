import type { Command } from 'commander';
import type { Precision } from '../engine/precision.js';
import { requireFormerEngine } from '../runs/former-engine.js';
import type { RunConfig } from '../runs/run-config.js';
import { applyEngineChoice, type EngineChoice } from './options.js';

/** Opens the engine that the run at `path` had, unless the command line asks for another. */
export function applyEngineOfRun(
  path: string,
  { engine, settings }: RunConfig,
  options: EngineChoice,
  command: Command,
): void {
  const advice =
    '--engine takes another (and --force, to go on with it), which rounds the last bits differently';
  if (options.engine === undefined) requireFormerEngine(path, engine.engine, advice);
  // A GPU's engine has one thread, which says nothing of the CPU that goes on.
  const threads = options.threads ?? (engine.adapter === undefined ? engine.threads : undefined);
  const given = (key: string) => command.getOptionValueSource(key) === 'cli';
  applyEngineChoice({
    engine: options.engine ?? engine.engine,
    ...(options.device !== undefined && { device: options.device }),
    ...(threads !== undefined && { threads }),
    winograd: given('winograd') ? options.winograd === true : engine.winograd,
    precision: options.precision ?? (settings.precision as Precision), // checked with the other settings
  });
}
