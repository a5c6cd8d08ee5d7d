/** New classes for a network that has learned before: its features of each picture are computed once, and a fresh head learns on them. */
import { internalError, ValueError } from '../core/errors.js';
import { DataLoader } from '../data/dataloader.js';
import { randomSplit } from '../data/split.js';
import { freeze, unfreeze } from '../nn/freeze.js';
import { computeFeatures, type FeatureDataset } from '../train/feature-cache.js';
import { frozenPartOf } from '../train/frozen-part.js';
import { replaceHead } from '../vision/models/replace-head.js';
import { Classifier } from './classifier.js';
import type { LearnRequest } from './learn-protocol.js';
import { batchSize, fit, type Learning, parts } from './learning.js';
import { PictureSet } from './picture-set.js';
import { saveModel } from './save-model.js';

/** @throws ValueError for a network whose head is not its end */
export async function learnHead(
  { url, classes, pictures, labels, epochs }: LearnRequest,
  learning: Learning,
): Promise<Blob> {
  learning.onStage('network');
  const { card, network, transform } = await Classifier.load(url);
  const { architecture, inputShape, license } = card;
  const mode = inputShape[0] === 1 ? 'grey' : 'rgb';
  learning.onStage('pictures');
  const set = await PictureSet.read(pictures, labels, classes, { transform, mode });
  freeze(network);
  unfreeze(replaceHead(network, classes.length));
  const part = frozenPartOf(network, inputShape);
  if (part === null)
    throw new ValueError('learn', `the head of ${architecture.name} is not its end`);
  learning.onStage('features');
  const features: FeatureDataset[] = [];
  for (const half of randomSplit(set, parts.shares, parts.options)) {
    const computed = await computeFeatures(part, [new DataLoader(half, { batchSize })], () => true);
    if (computed !== null) features.push(computed);
  }
  const [train, heldOut] = features;
  if (train === undefined || heldOut === undefined) throw internalError('features are missing');
  await fit({ model: part.tail, train, heldOut, lr: 3e-3, epochs }, learning);
  const { name, options } = architecture;
  return await saveModel(network, {
    architecture: { name, options: { ...options, numClasses: classes.length } },
    inputShape,
    classes,
    transform,
    ...(license !== undefined && { license }),
  });
}
