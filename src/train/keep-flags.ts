import type { Module } from '../nn/module.js';

/** Looks at which parts of a model learn; returns what brings that back. */
export function keepFlags(model: Module): () => void {
  const parameters = model.parameters().map((each) => [each, each.requiresGrad] as const);
  const modules = model.modules().map((each) => [each, each.isFrozen] as const);
  return () => {
    for (const [parameter, learned] of parameters) parameter.requiresGrad = learned;
    for (const [module, frozen] of modules) module.isFrozen = frozen;
  };
}
