import { findAgain, findTask } from '../recipes/index.js';
import type { OpenRequest, Task } from '../recipes/recipe.js';
import { merge, type RawLayer } from '../recipes/settings/layers.js';
import { resolveSettings } from '../recipes/settings/resolve.js';
import type { Settings, SettingsLayer } from '../recipes/settings/schema.js';
import { transformFromJSON } from '../vision/transforms/registry.js';
import type { TransformJson } from '../vision/transforms/transform.js';
import { choicesOf, type RunConfig } from './run-config.js';
import { startOfModelFile } from './start-of-model-file.js';
import { settingsOfTask } from './task-settings.js';

/** What opening may tell, and whether it may fetch. */
export type Opening = Pick<OpenRequest, 'download' | 'onProgress' | 'onCache'>;

/** A training whose settings are checked and whose data are not opened yet. */
export interface Prepared {
  /** As they are before the data have their say: with trained weights a folder has other defaults. */
  readonly settings: Settings;
  open(opening?: Opening): Promise<{ readonly task: Task; readonly settings: Settings }>;
}

/**
 * Finds what `data` names, and its settings by layers on top of the recipe's own.
 *
 * @throws ValueError for a name that is neither a recipe nor a folder, or a setting that is wrong
 */
export async function prepare(
  data: string,
  ...layers: readonly (SettingsLayer | RawLayer)[]
): Promise<Prepared> {
  const all = layers.reduce<RawLayer>((below, layer) => merge(below, layer as RawLayer), {});
  const { path } = (all.data ?? {}) as { readonly path?: string | null };
  const source = await findTask(data, path ?? undefined);
  const settings = resolveSettings(source.defaults, ...layers);
  return {
    settings,
    open: async (opening = {}) => {
      const task = await source.open({ ...(await requestOf(settings)), ...opening });
      const { seed } = settings;
      return { task, settings: settingsOfTask(task, ...layers, { seed }) };
    },
  };
}

/**
 * The same for a run, by the recipe and the settings in its config.json; `layer` lies on top. `named` is the file with its
 * recipe, where the user names one.
 */
export async function reprepare(
  run: string,
  config: Pick<RunConfig, 'recipe' | 'settings' | 'code'>,
  layer: SettingsLayer | RawLayer,
  named?: string,
): Promise<Prepared> {
  const source = await findAgain(run, config, named);
  const settings = resolveSettings(source.defaults, config.settings, layer);
  return {
    settings,
    open: async (opening = {}) => {
      const task = await source.open({ ...(await requestOf(settings)), ...opening });
      return { task, settings };
    },
  };
}

/** How a recipe is opened for these settings. */
async function requestOf(settings: Settings): Promise<OpenRequest> {
  const { data, split, transforms } = settings;
  const choices = choicesOf(settings);
  return {
    ...(await startOfModelFile(choices)),
    ...choices,
    valSplit: split.val,
    ...(data.cache !== null && { cache: data.cache }),
    ...(transforms.train && { trainTransform: composed(transforms.train) }),
    ...(transforms.eval && { evalTransform: composed(transforms.eval) }),
  };
}

/** The steps as one transform. @throws ValueError for a name or an option that there is not */
function composed(steps: readonly object[]) {
  const [only] = steps;
  const json = steps.length === 1 && only ? only : { name: 'Compose', transforms: steps };
  return transformFromJSON(json as TransformJson);
}
