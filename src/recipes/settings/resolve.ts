import { ValueError } from '../../core/errors.js';
import { zeros } from '../../tensor/creation.js';
import { defaultGenerator } from '../../tensor/generator.js';
import { merge, type RawLayer } from './layers.js';
import { makeSchedule } from './make-schedule.js';
import { makeOptimizer } from './optimizers.js';
import { settingProblem } from './problem.js';
import { type Settings, type SettingsLayer, settingsSchema } from './schema.js';

/**
 * The settings of a run: layers on top of each other, the lowest first, on the defaults. What is left open is `null` where
 * the recipe or the data decide; the seed is drawn.
 *
 * @throws ValueError that names the setting, what it may be and what was probably meant
 */
export function resolveSettings(...layers: readonly (SettingsLayer | RawLayer)[]): Settings {
  const usual: RawLayer = { optimizer: settingsSchema.shape.optimizer.parse(undefined) };
  const tree = layers.reduce<RawLayer>((below, layer) => merge(below, layer as RawLayer), usual);
  const parsed = settingsSchema.safeParse(tree);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw issue === undefined ? parsed.error : settingProblem(issue, tree);
  }
  const settings = parsed.data;
  requireOfBce(settings.loss);
  if (settings.ema !== null && settings.lookahead !== null)
    throw new ValueError(
      'lookahead',
      'is given beside ema, and each is an average that is measured in the weights’ place; leave one out (ema=none, lookahead=none)',
    );
  // What goes together is known by the classes themselves.
  const optimizer = makeOptimizer(settings.optimizer, [zeros([1])]);
  makeSchedule(optimizer, settings, 100);
  return { ...settings, seed: settings.seed ?? defaultGenerator.drawSeed() };
}

function requireOfBce({ name, targetThreshold, sumClasses }: Settings['loss']): void {
  const given = [
    ...(targetThreshold === null ? [] : ['targetThreshold']),
    ...(sumClasses ? ['sumClasses'] : []),
  ];
  if (name === 'bce' || given.length === 0) return;
  throw new ValueError(`loss.${given[0]}`, `${name} has no such setting, only bce has`);
}
