/** What a run says of itself before it begins: config.json and model.json. */
import { version } from '../core/version.js';
import { engineReport, isWinogradAllowed } from '../engine/select.js';
import type { Task } from '../recipes/recipe.js';
import type { Settings } from '../recipes/settings/schema.js';
import { commonBackground } from './background.js';
import { type RunConfig, readRunConfig, settingsOf } from './run-config.js';
import type { RunFolder } from './run-folder.js';

/** Everything that the bits of a run depend on. */
export async function configOf(task: Task, settings: Settings): Promise<RunConfig> {
  const { recipe, code: file, train, val, test } = task;
  const fingerprint = {
    train: await train.fingerprint?.(),
    ...(val && { val: await val.fingerprint?.() }),
    test: await test.fingerprint?.(),
  };
  const { code, ...engine } = engineReport();
  // Not how much has been written so far.
  const vectors = code && { code: { level: code.level, features: code.features } };
  const lengths = { train: train.length, ...(val && { val: val.length }), test: test.length };
  return {
    recipe,
    ...(file && { code: { path: file.path, sha256: file.sha256 } }),
    settings: settingsOf(task, settings),
    engine: { ...engine, ...vectors, winograd: isWinogradAllowed() },
    data: { ...lengths, fingerprint },
    wick: version(),
    node: process.version,
  };
}

/** Writes down what is needed to run it again, and what travels with the weights. */
export async function writeFacts(run: RunFolder, task: Task, settings: Settings): Promise<void> {
  const config = await configOf(task, settings);
  const before = run.continued ? await readRunConfig(run) : null;
  const started = before?.started ?? new Date().toISOString();
  await run.write('config.json', { ...config, started });
  const { code } = task;
  const [pictures] = task.pictures;
  const grey = task.inputShape[0] === 1;
  const background = grey && pictures ? await commonBackground(pictures.dataset) : null;
  await run.write('model.json', {
    format: 'wick-model/1',
    architecture: task.architecture,
    inputShape: task.inputShape,
    classes: task.classes,
    ...(background && { background }),
    ...(code &&
      code.gives.length > 0 && {
        code: { path: code.path, sha256: code.sha256, gives: code.gives },
      }),
    transform: code?.gives.includes('transform') ? { name: 'Recipe' } : task.evalTransform.toJSON(),
  });
}
