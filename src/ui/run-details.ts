/** What of a run stays as it is while it trains: its settings, where it ran, and how it is repeated. */
import { shellWord } from '../core/shell-word.js';
import { findAgain } from '../recipes/index.js';
import type { SettingsLayer } from '../recipes/settings/schema.js';
import { settingsDifferences } from '../runs/report/settings-differences.js';
import { type RunConfig, readRunConfig, readRunData } from '../runs/run-config.js';
import { RunFolder } from '../runs/run-folder.js';
import type { RunDetails } from './protocol.js';

/** @throws DataError where the run is damaged, or has not begun */
export async function runDetails(path: string): Promise<RunDetails> {
  const run = await RunFolder.open(path);
  const config = await readRunConfig(run);
  const quoted = shellWord(path);
  return {
    settings: settingsDifferences(config, await defaultsOf(run, config)),
    environment: [
      ['wick', config.wick],
      ['node', config.node],
      ['engine', config.engine.engine],
      ['threads', String(config.engine.threads)],
    ],
    commands: {
      resume: `npx wick train --resume ${quoted}`,
      reproduce: `npx wick reproduce ${quoted}`,
      train: `npx wick train --config ${shellWord(`${path}/config.json`)}`,
    },
  };
}

/** What the data have by default. A recipe file is not asked: this would run it. */
async function defaultsOf(run: RunFolder, config: RunConfig): Promise<SettingsLayer> {
  if (config.code !== undefined) return {};
  const found = await findAgain(run.path, await readRunData(run)).catch(() => null);
  return found?.defaults ?? {};
}
