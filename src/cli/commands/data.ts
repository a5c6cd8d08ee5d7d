import type { Command } from 'commander';
import { addDataDownload } from './data-download.js';
import { addDataInspect } from './data-inspect.js';
import { addDataPreview } from './data-preview.js';
import { addDataStats } from './data-stats.js';

export function addData(program: Command): void {
  const data = program
    .command('data')
    .description('Looks at data before training on them, and fetches them.');
  for (const add of [addDataInspect, addDataStats, addDataPreview, addDataDownload]) add(data);
}
