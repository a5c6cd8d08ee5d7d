import type { Command } from 'commander';
import { readModelCard } from '../../io/model-card.js';
import { RunFolder } from '../../io/run-folder.js';
import { recipe, recipes } from '../../recipes/index.js';
import { formatSummary, summarize } from '../../report/model-summary.js';
import { createModel } from '../../vision/models/registry.js';
import { jsonOption, wholeNumber } from '../options.js';
import { printJson, printLine } from '../output.js';

interface SummaryOptions {
  readonly batchSize: number;
  readonly json?: true;
}

export function addSummary(program: Command): void {
  program
    .command('summary')
    .description('Shows a network layer by layer: shapes, parameters, multiply-adds.')
    .argument('<run>', `a run folder, or a recipe: ${recipes.map((r) => r.name).join(', ')}`)
    .option('--batch-size <n>', 'samples in the input', wholeNumber(1), 1)
    .addOption(jsonOption())
    .action(async (name: string, options: SummaryOptions) => {
      const { architecture, inputShape } = recipes.some((r) => r.name === name)
        ? recipe(name)
        : await readModelCard(await RunFolder.open(name));
      const summary = summarize(createModel(architecture), [options.batchSize, ...inputShape]);
      if (options.json === true) printJson(summary);
      else printLine(formatSummary(summary));
    });
}
