import { ValueError } from '../core/errors.js';
import { show } from '../core/outside-text.js';
import type { Synchronous } from '../core/synchronous.js';
import { Module } from '../nn/module.js';
import { withGradMode } from '../tensor/grad-mode.js';

/**
 * Runs `fn` with the model in evaluation mode, its parameters asking for no gradient and the tape on. Afterwards every
 * module trains, and every parameter asks, as it did before; no `.grad` is touched.
 */
export function undisturbed<T>(model: Module, fn: () => Synchronous<T>): T {
  const modes = model.modules().map((module) => [module, module.training] as const);
  const wishes = model.parameters().map((p) => [p, p.requiresGrad] as const);
  try {
    model.eval();
    for (const [parameter] of wishes) parameter.requiresGrad = false;
    return withGradMode(true, fn);
  } finally {
    // Parents come first: what a child's mode was is set after its parent's.
    for (const [module, mode] of modes) module.train(mode);
    for (const [parameter, wish] of wishes) parameter.requiresGrad = wish;
  }
}

/** Throws unless `model` is a `Module`. */
export function requireModule(subject: string, model: Module): void {
  if (!(model instanceof Module))
    throw new ValueError(
      subject,
      `model=${show(model)} must be a Module, whose layers have names; wrap a function in one`,
    );
}
