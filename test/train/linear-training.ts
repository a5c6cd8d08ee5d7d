/** A small training, and batches that a test writes by hand. */
import { data, nn, optim, rand, randint, type Tensor, tensor } from '../../src/index.js';
import type { EpochEvent, StepEvent } from '../../src/train/metrics.js';
import { Trainer } from '../../src/train/trainer.js';
import type { Batches, TrainerOptions } from '../../src/train/trainer-options.js';

/** A linear classifier on 50 random samples of 2 classes, batches of 16: the last one has 2. */
export function setUp(options: Partial<TrainerOptions> = {}, lr = 0.1) {
  const samples = new data.TensorDataset(rand([50, 4]), randint(2, [50]));
  const loader = new data.DataLoader(samples, { batchSize: 16, shuffle: true, seed: 3 });
  const model = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), new nn.Linear(8, 2));
  const optimizer = new optim.SGD(model.parameters(), { lr });
  const steps: StepEvent[] = [];
  const epochs: EpochEvent[] = [];
  const trainer = new Trainer({
    model,
    optimizer,
    trainLoader: loader as unknown as TrainerOptions['trainLoader'], // TensorDataset's batches are pairs here
    testLoader: loader as unknown as TrainerOptions['testLoader'],
    epochs: 3,
    callbacks: [{ onStep: (e) => void steps.push(e), onEpoch: (e) => void epochs.push(e) }],
    ...options,
  });
  return { trainer, model, optimizer, samples, steps, epochs };
}

/** Batches that are given one by one. */
export function batches(list: readonly (readonly [Tensor, Tensor])[]): Batches {
  return {
    length: list.length,
    async *[Symbol.asyncIterator]() {
      yield* list;
    },
  };
}

/** Scores that a model gives in turn, one set of logits an evaluation, whatever it is shown. */
export function scripted(logits: readonly (readonly number[])[]) {
  const model = new nn.Linear(1, 2, { bias: false });
  let evaluation = 0;
  model.forward = () => {
    if (model.training) return nn.functional.linear(rand([2, 1]), model.weight);
    return tensor([[...(logits[evaluation++] ?? [])]]);
  };
  return model;
}

export const pair = (label: number): readonly [Tensor, Tensor] => [
  rand([1, 1]),
  tensor([label], { dtype: 'int32' }),
];
