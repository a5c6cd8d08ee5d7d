import type { Command } from 'commander';
import { addDataAudit } from './data-audit.js';
import { addDataDownload } from './data-download.js';
import { addDataInspect } from './data-inspect.js';
import { addDataPreview } from './data-preview.js';
import { addDataStats } from './data-stats.js';

export function addData(data: Command): void {
  for (const add of [addDataInspect, addDataStats, addDataPreview, addDataAudit, addDataDownload])
    add(data);
}
