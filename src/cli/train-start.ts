/** What people read before anything is trained. */
import { counted } from '../core/counted.js';
import { engineReport } from '../engine/select.js';
import type { Task } from '../recipes/recipe.js';
import { describeSettings } from '../recipes/settings/describe.js';
import type { Settings } from '../recipes/settings/schema.js';
import { classCounts, imbalanceOf } from '../runs/class-weights.js';
import { imbalanceToMention } from '../train/epoch-line.js';
import { engineInShort, engineNote } from './engine-facts.js';
import { printLine, wrapped } from './output.js';

/** The data, the network and the settings in short, and what is unusual about them. */
export function introduce(task: Task, settings: Settings): void {
  const { name, architecture, weights, inputShape, train, val, test, classes, notes } = task;
  const report = engineReport();
  const images =
    val === null
      ? `${train.length} training and ${counted(test.length, 'test image')}`
      : `${train.length} training, ${val.length} validation and ${counted(test.length, 'test image')}`;
  say(`${name}: ${images}, ${classes.length} classes; ${engineInShort(report)}`);
  const from = weights === null ? '' : ` from trained weights (${weights})`;
  const described = describeSettings(settings, val === null ? 'test' : 'validation');
  say(`${architecture.name}${from} on ${inputShape.join('×')}, ${described}`);
  const slower = engineNote(report);
  const offer = offerFor(task, settings);
  const all = [...(slower === undefined ? [] : [slower]), ...notes, ...(offer ? [offer] : [])];
  for (const note of all) say(`note: ${note}`);
}

/** What to do about classes of very different size; null where there is nothing to do. */
export function offerFor({ train, classes }: Task, { loss }: Settings): string | null {
  if (loss.classWeights !== null || train.targets === undefined) return null;
  const counts = classCounts(train, classes.length);
  const times = imbalanceOf(counts);
  if (times <= imbalanceToMention) return null;
  const most = counts.indexOf(Math.max(...counts));
  const least = counts.indexOf(Math.min(...counts.filter((count) => count > 0)));
  return (
    `'${classes[most]}' has ${times.toFixed(1)}× the training images of '${classes[least]}'; ` +
    '--class-weights auto lets them weigh alike'
  );
}

/** A paragraph of at most 80 columns. */
export function say(text: string): void {
  for (const line of wrapped(text, 2)) printLine(line);
}
