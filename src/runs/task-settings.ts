import { ValueError } from '../core/errors.js';
import type { Task } from '../recipes/recipe.js';
import type { RawLayer } from '../recipes/settings/layers.js';
import { resolveSettings } from '../recipes/settings/resolve.js';
import type { Settings, SettingsLayer } from '../recipes/settings/schema.js';

/** Of fine-tuning, where everything learns from epoch 1 on, which the head has been prepared for. */
const fineTuneDefaults: SettingsLayer = {
  epochs: 10,
  optimizer: { name: 'adamw', lr: 3e-5 },
  schedule: 'cosine',
};

/** The settings of a task: layers on top of its own, which are others where it is fine-tuned. @throws ValueError for fine-tuning of nothing */
export function settingsOfTask(
  { name, defaults, weights }: Task,
  ...layers: readonly (SettingsLayer | RawLayer)[]
): Settings {
  const { fineTune } = resolveSettings(defaults, ...layers, { seed: 0 }).model;
  if (fineTune === null) return resolveSettings(defaults, ...layers);
  if (weights === null)
    throw new ValueError(
      name,
      'its network starts from fresh weights, of which nothing can be fine-tuned; start from trained ones (pretrained), or train all of it at once',
    );
  return resolveSettings(defaults, fineTuneDefaults, ...layers);
}
