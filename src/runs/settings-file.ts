/** Files of settings: YAML or JSON that people write, and the config.json of a run, which repeats it. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError } from '../core/errors.js';
import { isPlain } from '../core/options.js';
import { quote, show } from '../core/outside-text.js';
import { readRegularFile } from '../core/regular-file.js';
import { readJson } from '../io/json-file.js';
import { parseYaml } from '../io/yaml.js';
import { type CodeRecord, codeSchema } from '../recipes/file/load-recipe.js';
import { expand, type RawLayer } from '../recipes/settings/layers.js';

export interface SettingsFile {
  /** What is trained on: a recipe or a folder; null where the file does not say. */
  readonly recipe: string | null;
  readonly layer: RawLayer;
  /** The recipe file of a run: it may not be started because another file names it. */
  readonly code?: CodeRecord;
}

/** More than anybody writes by hand; runs write 3 kB. */
const maxBytes = 2 ** 20;

/**
 * Reads settings: YAML (`.yaml`, `.yml`) or JSON with the names of the settings, and `recipe` beside them; or the config.json
 * of a run, or the run's folder.
 *
 * @throws DataError when it is missing, or neither
 */
export async function readSettingsFile(path: string): Promise<SettingsFile> {
  const status = await stat(path).catch(() => null);
  if (status?.isDirectory()) return await readSettingsFile(join(path, 'config.json'));
  const content = await contentOf(path);
  if (content === null) throw new DataError(path, 'holds nothing, settings by name are required');
  if (!isPlain(content))
    throw new DataError(path, `holds ${show(content)}, settings by name are required`);
  const { recipe = null, settings, ...layer } = content as RawLayer;
  if (recipe !== null && typeof recipe !== 'string')
    throw new DataError(path, `recipe is ${show(recipe)}, a name or a folder is required`);
  if (settings === undefined) return { recipe, layer };
  if (!isPlain(settings))
    throw new DataError(
      path,
      `${quote('settings')} is ${show(settings)}, settings by name are required`,
    );
  const run = { recipe, layer: settings as RawLayer }; // with facts beside them
  const code = codeSchema.safeParse(layer.code);
  return code.success ? { ...run, recipe: code.data.path, code: code.data } : run;
}

/** The file's settings for `data`: where its own files lie is nothing to another. */
export function layerFor(data: string, { recipe, layer }: SettingsFile): RawLayer {
  const place = expand('data', layer.data);
  if (recipe === null || recipe === data || !isPlain(place)) return layer;
  const { path: _, ...rest } = place as RawLayer;
  return { ...layer, data: rest };
}

async function contentOf(path: string): Promise<unknown> {
  if (!/\.ya?ml$/i.test(path)) return await readJson(path, maxBytes);
  const bytes = await readRegularFile(path, maxBytes);
  return await parseYaml(path, new TextDecoder().decode(bytes));
}
