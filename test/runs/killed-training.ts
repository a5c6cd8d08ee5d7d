/**
 * A training that may be killed at any moment, as a process: `node killed-training.js RUN COMBINATION [MOMENT]`. It begins
 * the run in the folder, or goes on with it, and saves after every step. COMBINATION is JSON; at MOMENT it kills itself.
 */
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { data, manualSeed, nn, optim, runs, train, useEngine, vision } from '../../src/index.js';

export interface Combination {
  readonly engine: string;
  readonly compile: boolean;
  readonly precision: 'float32' | 'bfloat16';
  readonly workers: number;
  readonly augment: boolean;
  readonly average: 'none' | 'ema' | 'lookahead';
  readonly mixup: boolean;
  readonly accumulate: number;
  /** What learns in the first epoch, or in the second, only. */
  readonly parts: 'all' | 'freeze' | 'unfreeze';
}

/** `step 5`: when the step is over; `save 5`: while the fifth checkpoint is written; `epoch 1`: between logs and checkpoint. */
export type Moment = `${'step' | 'save' | 'epoch'} ${number}`;

function die(): never {
  process.kill(process.pid, 'SIGKILL');
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); // until it comes
}

const { transforms } = vision;

async function loaders({ augment, workers, mixup }: Combination) {
  const changes = [
    new transforms.RandomCrop(28, { padding: 2 }),
    new transforms.RandomRotation(10),
    new transforms.ToTensor(),
  ];
  const open = async (split: 'train' | 'test', limit: number, augmented: boolean) => {
    const digits = await vision.datasets.Digits.open({
      split,
      transform: augmented ? new transforms.Compose(changes) : new transforms.ToTensor(),
    });
    const indices = Array.from({ length: limit }, (_, i) => (i * 37) % digits.length);
    return new data.Subset(digits, indices);
  };
  const shared = { batchSize: 16, seed: 3, numWorkers: workers, reuseMemory: true };
  const held = { ...shared, numWorkers: 0 };
  const mix = new transforms.RandomChoice<vision.transforms.Batch>([
    new transforms.MixUp({ numClasses: 10 }),
    new transforms.CutMix({ numClasses: 10 }),
  ]);
  return {
    trainLoader: new data.DataLoader(await open('train', 100, augment), {
      ...shared,
      shuffle: true,
      persistentWorkers: true,
      ...(mixup && { batchTransform: mix }),
    }),
    valLoader: new data.DataLoader(await open('test', 40, false), held),
    testLoader: new data.DataLoader(await open('test', 60, false), held),
  };
}

async function main(path: string, combination: Combination, moment: string): Promise<void> {
  const { engine, compile, precision, average, accumulate, parts } = combination;
  useEngine(engine);
  manualSeed(1);
  const begun = existsSync(`${path}/config.json`);
  const run = begun
    ? await runs.RunFolder.reopen(path)
    : await runs.RunFolder.create('killed', path);
  if (!begun) await run.write('config.json', combination);
  const model = new nn.Sequential(
    new nn.Conv2d(1, 4, 3, { stride: 2 }),
    new nn.BatchNorm2d(4),
    new nn.ReLU(),
    new nn.Flatten(),
    new nn.Dropout(0.2),
    new nn.Linear(4 * 13 * 13, 10),
  );
  if (parts === 'unfreeze') nn.freeze(model, '1');
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
  const { trainLoader, ...held } = await loaders(combination);
  let saves = 0;
  const trainer = new train.Trainer({
    ...{ model, optimizer, trainLoader, ...held, compile, precision, accumulate, epochs: 2 },
    scheduler: new optim.lrScheduler.CosineAnnealingLR(optimizer, 2),
    callbacks: [
      new runs.RunRecorder(run),
      ...(parts === 'freeze' ? [new train.Freeze({ 2: ['0', '5.bias'] })] : []),
      ...(parts === 'unfreeze' ? [new train.Unfreeze({ 2: ['0', '1'] })] : []),
      ...(average === 'ema' ? [new train.WeightAveraging({ decay: 0.9 })] : []),
      ...(average === 'lookahead'
        ? [
            new train.Lookahead({
              everySteps: 2,
              power: 3,
              totalSteps: Math.ceil(7 / accumulate) * 2,
            }),
          ]
        : []),
      {
        onFitStart: () => void process.stdout.write('go\n'),
        onStep: ({ globalStep }) => void (moment === `step ${globalStep}` && die()),
        onEpoch: ({ epoch }) => void (moment === `epoch ${epoch}` && die()),
      },
      new train.Checkpoint(
        {
          ...run.checkpoints,
          async save(state) {
            const saving = run.saveState(state);
            if (moment === `save ${++saves}`) {
              await Promise.race([saving, sleep(2)]);
              die();
            }
            await saving;
          },
        },
        { everySteps: 1 },
      ),
    ],
  });
  const state = await run.state();
  if (state === null) await run.cutLogs([]);
  await trainer.fit(state === null ? {} : { resume: state });
  await trainLoader.close();
}

const [path, combination, moment = ''] = process.argv.slice(2);
if (path !== undefined && combination !== undefined)
  await main(path, JSON.parse(combination) as Combination, moment);
