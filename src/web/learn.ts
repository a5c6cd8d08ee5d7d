/** New classes for a network that has learned before, in a page: its features of each picture are computed once, and a fresh head learns on them. */
import { internalError, ValueError } from '../core/errors.js';
import { quote } from '../core/outside-text.js';
import { DataLoader } from '../data/dataloader.js';
import { randomSplit } from '../data/split.js';
import { freeze, unfreeze } from '../nn/freeze.js';
import { Adam } from '../optim/adam.js';
import { CosineAnnealingLR } from '../optim/schedulers.js';
import { computeFeatures, type FeatureDataset } from '../train/feature-cache.js';
import { frozenPartOf } from '../train/frozen-part.js';
import { Trainer } from '../train/trainer.js';
import { replaceHead } from '../vision/models/replace-head.js';
import { Classifier } from './classifier.js';
import type { Learned, LearnRequest } from './learn-protocol.js';
import { PictureSet } from './picture-set.js';
import { saveModel } from './save-model.js';

/** Fewer are no use: one of five is held out. */
const leastPictures = 5;

const batchSize = 16;

/**
 * Learns the classes, and gives the new model's file. One of five pictures of each class is held out, and measured after each epoch.
 *
 * @throws ValueError for classes that cannot be learned
 */
export async function learn(
  { url, classes, pictures, labels, epochs }: LearnRequest,
  onEpoch: (learned: Learned) => void,
  onStage: (text: string) => void,
): Promise<Blob> {
  requireClasses(classes, labels);
  onStage('loading the network');
  const { card, network, transform } = await Classifier.load(url);
  const mode = card.inputShape[0] === 1 ? 'grey' : 'rgb';
  onStage(`reading ${pictures.length} pictures`);
  const set = await PictureSet.read(pictures, labels, classes, { transform, mode });
  freeze(network);
  unfreeze(replaceHead(network, classes.length));
  const part = frozenPartOf(network, card.inputShape);
  if (part === null)
    throw new ValueError('learn', `the head of ${card.architecture.name} is not its end`);
  onStage('looking at the pictures');
  const features: FeatureDataset[] = [];
  for (const half of randomSplit(set, [0.8, 0.2], { seed: 0, stratify: true })) {
    const computed = await computeFeatures(part, [new DataLoader(half, { batchSize })], () => true);
    if (computed !== null) features.push(computed);
  }
  const [train, test] = features;
  if (train === undefined || test === undefined) throw internalError('features are missing');
  const optimizer = new Adam(part.tail.parameters(), { lr: 3e-3 });
  onStage('learning');
  await new Trainer({
    model: part.tail,
    optimizer,
    scheduler: new CosineAnnealingLR(optimizer, epochs),
    trainLoader: new DataLoader(train, { batchSize, shuffle: true, seed: 0 }),
    testLoader: new DataLoader(test, { batchSize }),
    epochs,
    callbacks: [
      {
        onEpoch: ({ epoch, train, heldOut }) =>
          onEpoch({
            epoch,
            epochs,
            train,
            heldOut: { loss: heldOut.loss, accuracy: heldOut.accuracy },
            confusion: heldOut.confusion.compute(),
          }),
      },
    ],
  }).fit();
  const { name, options } = card.architecture;
  const architecture = { name, options: { ...options, numClasses: classes.length } };
  const { inputShape, license } = card;
  const terms = license === undefined ? {} : { license };
  return await saveModel(network, { architecture, inputShape, classes, transform, ...terms });
}

function requireClasses(classes: readonly string[], labels: readonly number[]): void {
  if (classes.length < 2 || new Set(classes).size < classes.length || classes.includes(''))
    throw new ValueError('learn', 'two or more classes with different names are required');
  for (const [k, name] of classes.entries()) {
    const count = labels.filter((label) => label === k).length;
    if (count < leastPictures)
      throw new ValueError(
        'learn',
        `class ${quote(name)} has ${count} pictures, at least ${leastPictures} are required`,
      );
  }
}
