/**
 * The tree of all settings of a training: names, ranges, defaults and what each does, stated here and nowhere else.
 * `null` is what it is when nobody says (the recipe's own, or off); JSON, YAML and the command line write it `none`.
 */
import { z } from 'zod';
import { maxThreads } from '../../core/threads.js';
import { precisions } from '../../engine/precision.js';
import { modelNames } from '../../vision/models/registry.js';
import { optimizerSchema } from './optimizers.js';
import { kept, nonNegative, positive, share, whole } from './ranges.js';
import { scheduleSchema, warmupSchema } from './schedules.js';

const orNone = <T extends z.ZodType>(schema: T) => schema.nullable().default(null);

/** A transform by its name with its options; `transformFromJSON` checks them. */
const transform = z.custom<Readonly<{ name: string }>>(
  (value) => typeof value === 'object' && value !== null && 'name' in value,
);

/** What epochs are judged by. */
const judges = ['accuracy', 'balancedAccuracy', 'loss'] as const;

const mixAlpha = () =>
  positive(1000)
    .default(1)
    .describe('parameters of the Beta distribution that shares are drawn from');

const transforms = () => orNone(z.array(transform).min(1));

export const settingsSchema = z.strictObject({
  data: z
    .strictObject({
      path: orNone(z.string().min(1).max(4096)).describe(
        'folder with the files; none: the cache, then a download',
      ),
      limit: orNone(whole(1)).describe('at most so many pictures of each part'),
      imageSize: orNone(whole(1, 4096)).describe(
        "side of the inputs in pixels; none: the recipe's",
      ),
      cache: orNone(z.enum(['none', 'ram', 'disk'])).describe(
        "keep the pictures of files decoded and resized; none: the recipe's choice",
      ),
      onError: z
        .enum(['throw', 'skip'])
        .default('throw')
        .describe('what a file that cannot be used does'),
    })
    .prefault({}),
  split: z
    .strictObject({
      val: z
        .number()
        .min(0)
        .max(0.9)
        .default(0)
        .describe('share of the training part, of each class, that chooses the best weights'),
    })
    .prefault({}),
  loader: z
    .strictObject({
      workers: orNone(whole(0, maxThreads)).describe('threads that load data; none: by the data'),
      prefetchFactor: whole(1, 100).default(2).describe('batches that each loads ahead'),
      dropLast: z.boolean().default(false).describe('leave out the last, smaller batch'),
    })
    .prefault({}),
  transforms: z
    .strictObject({
      train: transforms().describe("steps from picture to training input; none: the recipe's"),
      eval: transforms().describe("steps from picture to input; none: the recipe's"),
    })
    .prefault({}),
  model: z
    .strictObject({
      name: orNone(z.enum(modelNames as [string, ...string[]])).describe(
        "network; none: the recipe's",
      ),
      pretrained: orNone(z.union([z.boolean(), z.string().min(1).max(4096)])).describe(
        'start from trained weights, those of a network or of a file, and learn the head; none: where they are on this machine',
      ),
      features: z
        .enum(['cached', 'live'])
        .default('cached')
        .describe('where the head alone learns: compute features once, or in each epoch'),
      views: whole(1, 1000)
        .default(1)
        .describe('cached features of a picture: as it is, and of n − 1 augmented ones'),
      fineTune: orNone(
        z.strictObject({
          headEpochs: whole(1, 100_000)
            .default(10)
            .describe('epochs in which the head alone learns, before all of the network does'),
          headLr: positive().default(3e-3).describe('its learning rate in these, that of Adam'),
          layerDecay: positive(1)
            .default(0.4)
            .describe('learning rate of each part of the network by that of the one after it'),
        }),
      ),
    })
    .prefault({}),
  loss: z
    .strictObject({
      name: z
        .enum(['crossEntropy', 'bce'])
        .default('crossEntropy')
        .describe('of one class among all, or of each class for itself'),
      labelSmoothing: share().default(0).describe('share of the target spread over all classes'),
      classWeights: orNone(
        z.strictObject({
          power: share()
            .default(1)
            .describe('0: classes weigh by their pictures, 1: all classes weigh alike'),
        }),
      ),
      targetThreshold: orNone(share()).describe(
        'bce: targets above it, as mixup and smoothing leave them, are 1, others 0',
      ),
      sumClasses: z.boolean().default(false).describe('bce: sum over the classes, not their mean'),
    })
    .prefault({}),
  mixup: orNone(z.strictObject({ alpha: mixAlpha() })),
  cutmix: orNone(z.strictObject({ alpha: mixAlpha() })),
  optimizer: optimizerSchema.prefault({ name: 'adam' }),
  schedule: orNone(scheduleSchema),
  warmup: orNone(warmupSchema),
  epochs: whole(1, 100_000).default(20).describe('passes over the training data'),
  batchSize: whole(1, 65_536).default(32).describe('samples per step'),
  clip: orNone(
    z.strictObject({
      norm: orNone(positive()).describe('total norm that gradients are scaled down to'),
      value: orNone(positive()).describe('largest magnitude of an element, cut before the norm'),
    }),
  ),
  accumulate: whole(1, 65_536).default(1).describe('batches of one step'),
  ema: orNone(
    z.strictObject({
      decay: kept().default(0.999).describe('share that the average keeps at each step'),
    }),
  ),
  lookahead: orNone(
    z.strictObject({
      everySteps: whole(1)
        .default(5)
        .describe('steps from one return of the weights to their average to the next'),
      decay: share().default(0.5).describe('share of itself that the average keeps at each'),
      power: nonNegative(100)
        .default(0)
        .describe('power of the share of the training that is over, times which decay is kept'),
    }),
  ),
  freeze: orNone(
    z.strictObject({
      parts: z
        .array(z.string())
        .min(1)
        .describe('modules and parameters that are trained at first only, by their paths'),
      afterEpochs: whole(1, 100_000).default(1).describe('epochs in which they are'),
    }),
  ),
  earlyStopping: orNone(
    z.strictObject({
      monitor: orNone(z.enum(judges)).describe('what is watched; none: as bestBy'),
      patience: whole(1, 100_000).default(3).describe('epochs without improvement before the end'),
      minDelta: nonNegative().default(0).describe('least change that counts'),
      divergenceThreshold: orNone(nonNegative()).describe('worse than this ends it at once'),
    }),
  ),
  time: orNone(positive(1e8)).describe('seconds after which the training ends; 10m, 2h'),
  checkpoints: z
    .strictObject({
      everySeconds: positive().default(60).describe('time between checkpoints within an epoch'),
      everySteps: orNone(whole(1)).describe('steps between them, besides'),
      everyEpochs: whole(1).default(1).describe('epochs between those after an epoch'),
      keepEvery: orNone(whole(1)).describe('keep the weights of every so many epochs, too'),
      keepBest: orNone(whole(1)).describe('of those, or of all epochs, keep so many: the best'),
    })
    .prefault({}),
  bestBy: orNone(z.enum(judges)).describe(
    'what the best epoch is best in; none: accuracy, balancedAccuracy with class weights',
  ),
  rollbacks: whole(0, 100)
    .default(0)
    .describe('times that NaN or ∞ goes back to the last checkpoint, with half the rate'),
  precision: z
    .enum(precisions)
    .default('float32')
    .describe(
      'of convolutions and products; bfloat16: CPUs with AMX or AVX512-BF16; float16: GPUs',
    ),
  compile: z.boolean().default(true).describe('record the step once and replay it'),
  seed: orNone(whole(0, 2 ** 32 - 1)).describe('where all randomness starts; none: drawn'),
});

/** All settings of a run, nothing left open. */
export type Settings = z.output<typeof settingsSchema> & { readonly seed: number };

type Input = z.input<typeof settingsSchema>;

/** Options of one of several, whose name may be left out where a layer below has it. */
type PartOf<U> = U extends { name: infer N } ? N | Partial<U> : never;

type Sections = {
  readonly [K in keyof Input]?: Input[K];
};

export interface LossLayer extends Omit<NonNullable<Input['loss']>, 'classWeights'> {
  readonly classWeights?: 'auto' | number | NonNullable<Input['loss']>['classWeights'];
}

/**
 * Some of the settings, on top of others. A section may be its most used setting alone: `optimizer: 'sgd'`, `schedule: 'cosine'`,
 * `warmup: 3`, `data: './photos'`; `null` switches off what can be off.
 */
export interface SettingsLayer
  extends Omit<
    Sections,
    | 'data'
    | 'model'
    | 'loss'
    | 'optimizer'
    | 'schedule'
    | 'warmup'
    | 'clip'
    | 'mixup'
    | 'cutmix'
    | 'ema'
    | 'lookahead'
    | 'earlyStopping'
    | 'time'
  > {
  readonly data?: string | NonNullable<Input['data']>;
  readonly model?:
    | string
    | (Omit<NonNullable<Input['model']>, 'fineTune'> & {
        /** The epochs of the head, or its settings. */
        readonly fineTune?: boolean | number | NonNullable<Input['model']>['fineTune'];
      });
  readonly loss?: NonNullable<Input['loss']>['name'] | LossLayer;
  readonly optimizer?: PartOf<NonNullable<Input['optimizer']>>;
  readonly schedule?: PartOf<NonNullable<Input['schedule']>> | null;
  readonly warmup?: number | Input['warmup'];
  readonly mixup?: boolean | number | Input['mixup'];
  readonly cutmix?: boolean | number | Input['cutmix'];
  readonly clip?: number | Input['clip'];
  readonly ema?: boolean | number | Input['ema'];
  readonly lookahead?: boolean | number | Input['lookahead'];
  readonly earlyStopping?: number | Input['earlyStopping'];
  /** Seconds, or `'10m'`, `'2h'`. */
  readonly time?: string | Input['time'];
}
