import { formatYaml } from '../../io/yaml.js';
import type { StudyDefinition } from './study-definition.js';
import { trialLayer } from './trial-layer.js';
import type { TrialRecord } from './trial-record.js';

/** A trial's settings as a file that `wick train --config` takes: with it the trial's first training is made again. */
export async function bestConfigYaml(
  definition: StudyDefinition,
  { trial, values, value, std }: TrialRecord,
): Promise<string> {
  const { data, metric, seed, seeds, trials } = definition;
  const spread = std === null ? '' : ` ± ${std.toFixed(4)} over ${seeds} seeds`;
  const head = `# trial ${trial} of ${trials}: validation ${metric} ${value?.toFixed(4)}${spread}\n`;
  return head + (await formatYaml({ recipe: data, ...trialLayer(definition, values, seed) }));
}
