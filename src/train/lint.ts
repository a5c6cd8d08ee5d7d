/** Mistakes that trainings are made with, each told once in a line: in a loop of one's own, and by `Lints` in a Trainer's. */
import { optionReader, requireKnownOptions } from '../core/options.js';
import type { Module } from '../nn/module.js';
import type { Optimizer } from '../optim/optimizer.js';
import { type LintRule, type Looked, rules, rulesOfTrainings } from './lint-rules.js';

export interface LintOptions {
  /** What is trained on: a loader of which is known whether it shuffles. */
  readonly trainLoader?: object;
  /** What is measured: loaders whose pictures must not be changed at random. */
  readonly heldOutLoaders?: readonly object[];
  /** Rules that are not looked at. */
  readonly off?: readonly LintRule[];
  /** @default console.warn of the text */
  readonly onWarning?: (warning: LintWarning) => void;
}

/** A mistake. */
export interface LintWarning {
  readonly rule: LintRule;
  /** What is wrong, why that matters, what to do, and how not to be told. */
  readonly text: string;
}

/** A training that is looked at. */
export interface LintHandle {
  /** What has been found so far. */
  readonly warnings: readonly LintWarning[];
  /** Looks no more. */
  stop(): void;
}

const readOptions = optionReader<LintOptions>('lint', {
  trainLoader: true,
  heldOutLoaders: true,
  off: true,
  onWarning: true,
});

/** How not to be told. */
export function silence(rule: LintRule): string {
  return `(lint '${rule}': { off } or --no-lints silences it)`;
}

/**
 * Looks at a training for mistakes that no error shows: at once, and at each `optimizer.step()` until `stop()`. In a compiled
 * step it looks while the step is recorded.
 *
 * @example
 * train.lint(model, optimizer, { trainLoader, heldOutLoaders: [testLoader] });
 * for (…) … // a line on stderr for each mistake
 */
export function lint(
  model: Module,
  optimizer: Optimizer,
  ...given: [options?: LintOptions]
): LintHandle {
  const { trainLoader, heldOutLoaders = [], off = [], onWarning } = readOptions(given);
  requireKnownOptions('lint', Object.fromEntries(off.map((rule) => [rule, 0])), [
    ...Object.keys(rules),
    ...rulesOfTrainings,
  ]);
  const tell = onWarning ?? (({ text }: LintWarning) => console.warn(`warning: ${text}`));
  const looked: Looked = { model, optimizer, trainLoader, heldOutLoaders };
  const warnings: LintWarning[] = [];
  const entries = Object.entries(rules) as [
    keyof typeof rules,
    (typeof rules)[keyof typeof rules],
  ][];
  const look = (when: (typeof entries)[number][1]['at']) => {
    for (const [rule, { at, find }] of entries) {
      if (at !== when || off.includes(rule) || warnings.some((known) => known.rule === rule))
        continue;
      const found = find(looked);
      if (found === null) continue;
      const warning = { rule, text: `${found} ${silence(rule)}` };
      warnings.push(warning);
      tell(warning);
    }
  };
  look('start');
  const { step } = optimizer;
  let isFirst = true;
  const watched = () => {
    if (isFirst) look('firstStep');
    isFirst = false;
    look('step');
    step.call(optimizer);
  };
  optimizer.step = watched;
  return {
    warnings,
    stop: () => {
      if (optimizer.step === watched) optimizer.step = step;
    },
  };
}
