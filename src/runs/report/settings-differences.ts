import { show } from '../../core/outside-text.js';
import { resolveSettings } from '../../recipes/settings/resolve.js';
import type { SettingsLayer } from '../../recipes/settings/schema.js';
import type { SettingDifference } from '../../report/page/run-report.js';
import { flat } from '../differences.js';
import type { RunConfig } from '../run-config.js';

/** What is written out in every run's config.json, whoever chose it. */
const always: ReadonlySet<string> = new Set([
  'data.path',
  'data.imageSize',
  'model.name',
  'model.pretrained',
]);

/** The settings of a run that are not those that its recipe has by default, and its seed. */
export function settingsDifferences(
  { settings }: Pick<RunConfig, 'settings'>,
  defaults: SettingsLayer,
): SettingDifference[] {
  const usual = flat(resolveSettings(defaults, { seed: 0 }));
  const here = flat(settings);
  return [...new Set([...here.keys(), ...usual.keys()])].flatMap((key) => {
    const [value, before] = [here.get(key), usual.get(key)];
    if (key === 'seed') return [{ key, value: shown(value), usual: '–' }];
    if (always.has(key) || JSON.stringify(value) === JSON.stringify(before)) return [];
    return [{ key, value: shown(value), usual: shown(before) }];
  });
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return '–';
  return typeof value === 'string' ? value : show(value);
}
