/**
 * What is trained of a task: its network, or the head on trained weights, for which the features of every picture are
 * computed once, where the network allows it.
 */
import type { DataLoader } from '../data/dataloader.js';
import type { Dataset } from '../data/dataset.js';
import { freeze, unfreeze } from '../nn/freeze.js';
import type { Module, StateDict } from '../nn/module.js';
import type { Task } from '../recipes/recipe.js';
import type { Settings } from '../recipes/settings/schema.js';
import type { Callback } from '../train/callback.js';
import {
  computeFeatures,
  type FeatureDataset,
  fitsCache,
  isDeterministic,
} from '../train/feature-cache.js';
import { frozenPartOf } from '../train/frozen-part.js';
import type { ClassifierOptions } from '../vision/models/classifier-options.js';
import { getModel } from '../vision/models/get-model.js';
import { pretrainedOnnx } from '../vision/models/onnx-network.js';
import { createModel, onnxName } from '../vision/models/registry.js';
import { headOf } from '../vision/models/replace-head.js';

/** What steps run, the network or its tail, and the data that it is trained on, pictures or features. */
export interface Learner extends Pick<Task, 'train' | 'val' | 'test'> {
  readonly model: Module;
  /** The state of the whole network by that of `model`. */
  readonly wholeState: (state: StateDict) => StateDict;
}

/** The network of a task: with trained weights, all but its head frozen. */
export async function makeNetwork({ architecture, weights, prepare, code }: Task): Promise<Module> {
  if (code?.network) return code.network();
  if (weights === null) {
    const fresh = createModel(architecture);
    await prepare?.(fresh);
    return fresh;
  }
  const options: ClassifierOptions = architecture.options; // the constructor checks them
  const model = freeze(
    architecture.name === onnxName
      ? await pretrainedOnnx(architecture, weights)
      : await getModel(architecture.name, { ...options, weights }),
  );
  unfreeze(headOf(model).module);
  return model;
}

/** The learner that is the network itself. */
export function onPictures(model: Module, { train, val, test }: Task): Learner {
  return { model, train, val, test, wholeState: (state) => state };
}

/** How the pass over the pictures is made and followed. */
export interface FeaturePass {
  readonly settings: Pick<Settings['model'], 'features' | 'views'>;
  readonly callbacks: readonly Callback[];
  readonly signal?: AbortSignal | undefined;
  /** A loader in the order of the data set. */
  readonly load: (dataset: Dataset) => DataLoader;
}

/** A data set, and the epoch whose augmentation is shown. */
type View = readonly [Dataset, epoch: number];

/**
 * The learner of a task: the tail on features, where the network is frozen up to there, they fit into memory and nobody
 * wants otherwise. Where the pass over the pictures is broken off, it is the network itself.
 */
export async function makeLearner(
  model: Module,
  task: Task,
  { settings, callbacks, signal, load }: FeaturePass,
): Promise<Learner> {
  const { train, val, test, inputShape } = task;
  const live = onPictures(model, task);
  if (settings.features === 'live' || task.weights === null) return live;
  const part = frozenPartOf(model, inputShape);
  const { views, note } = await viewsOf(task, settings.views);
  const parts: readonly View[][] = [
    views,
    ...(val === null ? [] : [[[val, 0] as const]]),
    [[test, 0]],
  ];
  const pictures = parts.flat().reduce((sum, [{ length }]) => sum + length, 0);
  if (part === null || !fitsCache(part, pictures)) return live;
  for (const callback of callbacks) callback.onNote?.(note);

  const loaders = parts.map((each) =>
    each.map(([dataset, epoch]) => {
      const loader = load(dataset);
      loader.setEpoch(epoch);
      return loader;
    }),
  );
  const batches = loaders.flat().reduce((sum, { length }) => sum + length, 0);
  let batch = 0;
  const onBatch = () => {
    batch++;
    for (const callback of callbacks) callback.onFeatures?.({ batch, batches });
    return signal?.aborted !== true;
  };
  const computed: FeatureDataset[] = [];
  for (const each of loaders) {
    const features = await computeFeatures(part, each, onBatch);
    await Promise.all(each.map((loader) => loader.close()));
    if (features === null) return live;
    computed.push(features);
  }
  const [trainFeatures = train, ...heldOut] = computed;
  const [testFeatures = test, valFeatures = null] = heldOut.reverse();
  return {
    model: part.tail,
    train: trainFeatures,
    val: valFeatures,
    test: testFeatures,
    wholeState: part.wholeState,
  };
}

/** The settings of a pass, which is not made where batches of pictures are mixed, or where parts are named that the tail does not have. */
export function passSettings({ model, mixup, cutmix, freeze }: Settings): FeaturePass['settings'] {
  const named = freeze !== null && model.fineTune === null; // with fine-tuning they are parts of what learns later
  return mixup !== null || cutmix !== null || named ? { ...model, features: 'live' } : model;
}

/** The pictures whose features would be computed before the first epoch; null where the network sees them in each. */
export function cachesFeatures(
  model: Module,
  { weights, inputShape, train, val, test }: Task,
  settings: Settings,
): { readonly pictures: number; readonly batchSize: number } | null {
  const { batchSize } = settings;
  const { features, views } = passSettings(settings);
  if (weights === null || features === 'live') return null;
  const part = frozenPartOf(model, inputShape);
  const pictures = views * train.length + (val?.length ?? 0) + test.length;
  return part !== null && fitsCache(part, pictures) ? { pictures, batchSize } : null;
}

/** The views of the training pictures: as they are, then augmented as in the first epochs. With what is said of them. */
async function viewsOf(
  { train, plainTrain }: Task,
  count: number,
): Promise<{ views: View[]; note: string }> {
  const said = 'the features of each picture are computed once, and the head learns from them';
  if (await isDeterministic(train)) return { views: [[train, 0]], note: said };
  const plain: View[] = plainTrain === null ? [] : [[plainTrain, 0]];
  const augmented = Array.from(
    { length: count - plain.length },
    (_, epoch): View => [train, epoch],
  );
  const views = [...plain, ...augmented];
  const note =
    augmented.length === 0
      ? `${said}, without augmentation (views: N adds N − 1 augmented ones)`
      : `${said}: ${views.length} views of each training picture, ${augmented.length} of them augmented`;
  return { views, note };
}
