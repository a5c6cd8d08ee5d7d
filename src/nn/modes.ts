import type { Module } from './module.js';

/** Notes which modules are to train; what is returned sets them so again. */
export function keepModes(model: Module): () => void {
  const modes = model.modules().map((module) => [module, module.ownMode] as const);
  return () => {
    for (const [module, mode] of modes) module.ownMode = mode;
  };
}

/** Calls `fn` with the model in evaluation mode. Afterwards every module is in the mode that it was in. */
export function inEvaluation<T>(model: Module, fn: () => T): T {
  const restoreModes = keepModes(model);
  model.eval();
  try {
    return fn();
  } finally {
    restoreModes();
  }
}
