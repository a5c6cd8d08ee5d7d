/** Probabilities of each sample by a model that has not seen it. */
import { compile } from '../../compile/compile.js';
import { DataLoader } from '../../data/dataloader.js';
import { kFold } from '../../data/split.js';
import { crossEntropy } from '../../nn/functional.js';
import type { Module } from '../../nn/module.js';
import { AdamW } from '../../optim/adam.js';
import { fromArray } from '../../tensor/creation.js';
import { noGrad } from '../../tensor/grad-mode.js';
import type { Tensor } from '../../tensor/tensor.js';
import { FeatureDataset } from '../../train/feature-cache.js';
import type { Gathered } from './gathered.js';

export interface FoldTraining {
  readonly folds: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly lr: number;
  readonly seed: number;
  /** A network with fresh weights, rows → scores `[N, classes]`. */
  readonly makeModel: () => Module;
  readonly onProgress: (done: number, total: number) => void;
}

/** `[N, K]`: row n by the model that was trained on all folds but n's. The folds have each class's share. */
export async function outOfFold(
  { data, shape, labels }: Gathered,
  classes: number,
  training: FoldTraining,
): Promise<Tensor> {
  const { folds, epochs, batchSize, seed, onProgress } = training;
  const rows = new FeatureDataset(shape, [data], labels, []);
  const probabilities = new Float32Array(labels.length * classes);
  const parts = kFold(rows, folds, { seed, stratify: true });
  for (const [fold, { train, test }] of parts.entries()) {
    const model = training.makeModel();
    const size = Math.min(batchSize, train.length);
    const loader = new DataLoader(train, { batchSize: size, shuffle: true, dropLast: true, seed });
    await learn(model, loader, training, (epoch) =>
      onProgress(fold * epochs + epoch, folds * epochs),
    );
    model.eval();
    let at = 0;
    for await (const [x] of new DataLoader(test, { batchSize })) {
      const found = await noGrad(() => model(x).softmax(1)).dataAsync();
      for (let r = 0; r < x.size(0); r++, at++) {
        const own = found.subarray(r * classes, (r + 1) * classes);
        probabilities.set(own, (test.indices[at] ?? 0) * classes);
      }
    }
  }
  return fromArray(probabilities, [labels.length, classes]);
}

async function learn(
  model: Module,
  loader: DataLoader,
  { epochs, lr }: FoldTraining,
  onEpoch: (epoch: number) => void,
): Promise<void> {
  const optimizer = new AdamW(model.parameters(), { lr });
  const step = compile((x: Tensor, y: Tensor) => {
    optimizer.zeroGrad();
    const loss = crossEntropy(model(x), y);
    loss.backward();
    optimizer.step();
    return loss;
  });
  model.train();
  for (let epoch = 0; epoch < epochs; epoch++) {
    loader.setEpoch(epoch);
    optimizer.lr = lr * (1 - epoch / epochs);
    for await (const [x, y] of loader) step(x, y);
    onEpoch(epoch + 1);
  }
  step.dispose();
}
