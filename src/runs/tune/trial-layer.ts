import { merge, type RawLayer } from '../../recipes/settings/layers.js';
import { layerOfValues } from './check-space.js';
import type { Values } from './space.js';
import type { StudyDefinition } from './study-definition.js';

/** All settings of a trial's training on top of the recipe's defaults. */
export function trialLayer({ settings }: StudyDefinition, values: Values, seed: number): RawLayer {
  return merge(merge(settings, layerOfValues(values)), { seed });
}
