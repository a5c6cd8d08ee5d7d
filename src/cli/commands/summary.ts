import type { Command } from 'commander';
import { skipInit } from '../../nn/init.js';
import { findRecipe, recipes } from '../../recipes/index.js';
import { architectureOf } from '../../recipes/task.js';
import { formatSummary } from '../../report/format-summary.js';
import { summarize } from '../../report/model-summary.js';
import { readModelCard } from '../../runs/model-card.js';
import { RunFolder } from '../../runs/run-folder.js';
import { createModel } from '../../vision/models/registry.js';
import { batchSizeOption, jsonOption } from '../options.js';
import { printJson, printLine } from '../output.js';

interface SummaryOptions {
  readonly batchSize: number;
  readonly json?: true;
}

export function addSummary(command: Command): void {
  command
    .argument('<run>', `a run folder, or a recipe: ${recipes.map((r) => r.name).join(', ')}`)
    .addOption(batchSizeOption('samples in the input').default(1))
    .addOption(jsonOption())
    .action(async (name: string, options: SummaryOptions) => {
      const { architecture, inputShape } = await networkOf(name);
      const model = skipInit(() => createModel(architecture)); // their values do not show
      const summary = summarize(model, [options.batchSize, ...inputShape]);
      if (options.json === true) printJson(summary);
      else for (const line of formatSummary(summary).split('\n')) printLine(line);
    });
}

/** The network of a recipe or of a run. */
async function networkOf(name: string) {
  const recipe = findRecipe(name);
  if (recipe === undefined) return await readModelCard(await RunFolder.open(name));
  const { model, inputShape, numClasses } = recipe;
  return { architecture: architectureOf(model, inputShape, numClasses), inputShape };
}
