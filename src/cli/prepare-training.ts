import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { DataError } from '../core/errors.js';
import { recordedRecipe } from '../recipes/file/load-recipe.js';
import type { Task } from '../recipes/recipe.js';
import type { RawLayer } from '../recipes/settings/layers.js';
import type { Settings } from '../recipes/settings/schema.js';
import { type Opening, prepare } from '../runs/prepare.js';
import { layerFor, readSettingsFile } from '../runs/settings-file.js';
import { applyEngineChoice, type EngineChoice } from './options.js';
import { settingsGiven } from './setting-options.js';

/** Opens what is to be trained: said by the command line, on top of a file, on top of the recipe. */
export async function prepareTraining(
  data: string | undefined,
  options: EngineChoice & { readonly config?: string; readonly recipe?: string },
  command: Command,
  opening: Opening,
): Promise<{ readonly task: Task; readonly settings: Settings }> {
  const { name, layer } = await whatToTrain(data, options, command);
  const prepared = await prepare(name, layer, settingsGiven(command.opts()));
  applyEngineChoice({ ...options, precision: prepared.settings.precision });
  return await prepared.open(opening);
}

/** What the command line, or its file of settings, names, and the settings of that file. */
export async function whatToTrain(
  data: string | undefined,
  options: { readonly config?: string; readonly recipe?: string },
  command: Command,
): Promise<{ readonly name: string; readonly layer: RawLayer }> {
  if (data !== undefined && existsSync(join(data, 'model.json')))
    throw new DataError(
      data,
      `is a run, no data; go on with it by wick train --resume, or train anew by --config ${join(data, 'config.json')}`,
    );
  const file = options.config === undefined ? null : await readSettingsFile(options.config);
  const recorded =
    data === undefined && file?.code
      ? await recordedRecipe(options.config ?? '', file.code, options.recipe)
      : null;
  const name =
    data ??
    recorded?.code.path ??
    file?.recipe ??
    command.error("error: missing required argument 'data'");
  return { name, layer: file === null ? {} : layerFor(name, file) };
}
