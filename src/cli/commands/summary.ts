import type { Command } from 'commander';
import { skipInit } from '../../nn/init.js';
import { findRecipe, recipes } from '../../recipes/index.js';
import { architectureOf } from '../../recipes/task.js';
import { formatSummary } from '../../report/format-summary.js';
import { summarize } from '../../report/model-summary.js';
import { recipeOfCard } from '../../runs/model-card.js';
import { openModel, readStoredCard } from '../../runs/model-source.js';
import { networkOfStored } from '../../runs/stored-network.js';
import { createModel } from '../../vision/models/registry.js';
import { batchSizeOption, jsonOption, recipeOption } from '../options.js';
import { printJson, printLine } from '../output.js';

interface SummaryOptions {
  readonly batchSize: number;
  readonly recipe?: string;
  readonly json?: true;
}

export function addSummary(command: Command): void {
  command
    .argument(
      '<run>',
      `a run folder, a model file, or a recipe: ${recipes.map((r) => r.name).join(', ')}`,
    )
    .addOption(batchSizeOption('samples in the input').default(1))
    .addOption(recipeOption())
    .addOption(jsonOption())
    .action(async (name: string, options: SummaryOptions) => {
      const { model, inputShape } = await networkOf(name, options.recipe);
      const summary = summarize(model, [options.batchSize, ...inputShape]);
      if (options.json === true) printJson(summary);
      else for (const line of formatSummary(summary).split('\n')) printLine(line);
    });
}

/** The network of a recipe or of a run. */
async function networkOf(name: string, file: string | undefined) {
  const recipe = findRecipe(name);
  if (recipe === undefined) {
    const run = await openModel(name);
    const stored = await readStoredCard(run);
    const { card } = stored;
    const model = networkOfStored(stored, await recipeOfCard(run, card, file));
    return { model, inputShape: card.inputShape };
  }
  const { model, inputShape, numClasses } = recipe;
  const architecture = architectureOf(model, inputShape, numClasses);
  return { model: skipInit(() => createModel(architecture)), inputShape }; // values do not show
}
