/** New classes from scratch: a small network, on small pictures that are moved and coloured a little otherwise each time. */
import { internalError } from '../core/errors.js';
import { randomSplit } from '../data/split.js';
import { createModel } from '../vision/models/registry.js';
import {
  ColorJitter,
  Compose,
  RandomAffine,
  Resize,
  ToTensor,
} from '../vision/transforms/index.js';
import { ensureEngine } from './engine.js';
import type { LearnRequest } from './learn-protocol.js';
import { fit, type Learning, parts } from './learning.js';
import { PictureSet } from './picture-set.js';
import { saveModel } from './save-model.js';

/** Pixels of a side. */
const side = 48;

export async function learnFresh(
  { classes, pictures, labels, epochs }: LearnRequest,
  learning: Learning,
): Promise<Blob> {
  await ensureEngine();
  learning.onStage('pictures');
  const resize = new Resize([side, side]);
  const transform = new Compose([resize, new ToTensor()]);
  const moved = new RandomAffine(10, { translate: [0.1, 0.1], scale: [0.85, 1.15] });
  const coloured = new ColorJitter({ brightness: 0.2, contrast: 0.2 });
  const augment = new Compose([resize, moved, coloured, new ToTensor()]);
  const set = await PictureSet.read(pictures, labels, classes, { transform });
  const [train] = randomSplit(set.withTransform(augment), parts.shares, parts.options);
  const [, heldOut] = randomSplit(set, parts.shares, parts.options);
  if (train === undefined || heldOut === undefined) throw internalError('a part is missing');
  const options = { numClasses: classes.length, imageSize: side };
  const architecture = { name: 'blockCnn3', options };
  const model = createModel(architecture);
  await fit({ model, train, heldOut, lr: 2e-3, epochs }, learning);
  return await saveModel(model, {
    architecture,
    inputShape: [3, side, side],
    classes,
    transform,
  });
}
