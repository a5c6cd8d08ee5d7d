/** Runs and studies remember the engine that they began with, which a later wick may not have. */
import { CheckpointError } from '../core/errors.js';
import { engineNames } from '../engine/registry.js';

/** @throws CheckpointError where there is no engine `name` that `path` could go on with; `advice` says what to do */
export function requireFormerEngine(path: string, name: string, advice: string): void {
  const names = engineNames();
  if (names.includes(name)) return;
  throw new CheckpointError(
    path,
    `was begun on engine '${name}', one of ${names.join(', ')} is required; ${advice}`,
  );
}
