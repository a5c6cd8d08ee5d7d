/** Every function and constructor that users can call reads its options by `optionReader`, and so refuses unknown ones. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Linear } from '../../src/nn/linear.js';
import * as optim from '../../src/optim/index.js';
import { ones, zeros } from '../../src/tensor/creation.js';
import { publicCallables } from './surface.js';

const callables = publicCallables();

/** What calls may be made with before their options; nothing where this names none. */
const x = ones([2, 2]);
const image = ones([1, 2, 4, 4]);
const sgd = () => new optim.SGD([zeros([1])], { lr: 0.1 });
const leading: Readonly<Record<string, readonly unknown[]>> = {
  full: [[2], 1],
  fullLike: [x, 1],
  linspace: [0, 1, 3],
  ones: [[2]],
  zeros: [[2]],
  onesLike: [x],
  zerosLike: [x],
  tensor: [[1, 2]],
  arange: [3],
  eye: [3],
  rand: [[2]],
  randn: [[2]],
  randint: [3, [2]],
  randperm: [3],
  randLike: [x],
  randnLike: [x],
  randintLike: [x, 0, 3],
  compile: [() => undefined],
  load: ['somewhere'],
  'report.summary': [new Linear(1, 1)],
  registerEngine: ['nosuchengine', () => undefined],
  Parameter: [x],
  'autograd.grad': [x, []],
  'autograd.gradcheck': [() => x, []],
  'Tensor#norm': [2, 0],
  'Tensor#topk': [1, 0],
  'nn.Buffer': [x],
  'nn.Parameter': [x],
  'nn.Conv2d': [2, 2, 3],
  'nn.ConvTranspose2d': [2, 2, 3],
  'nn.Linear': [2, 2],
  'nn.GroupNorm': [1, 2],
  'nn.LayerNorm': [2],
  'nn.Embedding': [2, 2],
  'nn.MultiheadAttention': [4, 2],
  'nn.PReLU': [1, 0.25],
  'nn.LeakyReLU': [0.1],
  'nn.Dropout': [0.5],
  'nn.Dropout2d': [0.5],
  'nn.Module#loadStateDict': [new Map()],
  'nn.functional.conv2d': [image, ones([2, 2, 3, 3]), null],
  'nn.functional.convTranspose2d': [image, ones([2, 2, 3, 3]), null],
  'nn.functional.batchNorm': [image, null, null],
  'nn.functional.scaledDotProductAttention': [x, x, x],
  'nn.functional.pad': [x, [1, 1]],
  'optim.clipGradNorm': [[], 1],
  'optim.lrScheduler.CyclicLR': [sgd(), 0.1, 1],
  'data.RandomSampler': [3],
  'data.WeightedRandomSampler': [[1, 1], 1],
  'data.BatchSampler': [{ length: 3 }, 1],
  'data.kFold': [{ length: 4 }, 2],
  'data.randomSplit': [{ length: 4 }, [2, 2]],
  'vision.models.getModel': ['lenet'],
  'vision.ops.StochasticDepth': [0.5],
  'vision.ops.SqueezeExcitation': [2, 2],
  'vision.ops.LayerNorm2d': [2],
  'train.Checkpoint': ['somewhere'],
  'runs.dryRun': [{}, {}],
  'runs.findLr': [{}, {}],
  'runs.overfitBatch': [{}, {}],
  'train.lint': [new Linear(1, 1), sgd()],
  'train.ModelCheckpoint': ['somewhere'],
  'nn.freeze': [new Linear(1, 1), null],
  'optim.paramGroups': [new Linear(1, 1)],
  'runs.importModel': ['somewhere'],
  'runs.report': ['somewhere'],
  'runs.resume': ['somewhere'],
  'runs.reproduce': ['somewhere'],
  'runs.openResume': ['somewhere'],
  'runs.RunRecorder': ['somewhere'],
};

/** What a family of calls is made with. */
const families: readonly (readonly [RegExp, readonly unknown[]])[] = [
  [/^Tensor#/, [0]],
  [/^nn\.(functional\.)?(max|avg)Pool2d$/i, [2]],
  [/^nn\.(BatchNorm|InstanceNorm)/, [2]],
  [/^nn\.init\./, [zeros([2, 2])]],
  [/^nn\.functional\.(\w*Loss|\w*[eE]ntropy\w*)$/, [x, x]],
  [/^nn\.functional\./, [image]],
  [/^optim\.lrScheduler\.(ConstantLR|LinearLR|PolynomialLR|ReduceLROnPlateau)$/, [sgd()]],
  [/^optim\.lrScheduler\./, [sgd(), 10]],
  [/^optim\.(Adam|AdamW|SGD|RMSprop|EMA)$/, [[zeros([1])]]],
  [/^vision\.transforms\.(RandomApply|RandomChoice)$/, [[]]],
  [
    /^vision\.transforms\.(Color|Gaussian[N]|Gray|Mix|CutMix|RandAug|Random(Era|Gray|H|V|Per)|Triv)/,
    [],
  ],
  [/^vision\.transforms\./, [3]],
  [/^explain\.createMethod$/, ['gradcam', new Linear(1, 1)]],
  [/^explain\.(featureMaps|embeddings)$/, [new Linear(1, 1), image]],
  [/^explain\.pca$/, [x]],
  [/^explain\.umap$/, [ones([3, 2])]],
  [/^metrics\.bootstrap$/, [3, () => 0]],
  [/^explain\.(featureGrid|filterGrid|tile|toPicture)$/, [image]],
  [/^explain\.(overlay|sanityCheck(Async)?)$/, [{}, image]],
  [/^explain\.[A-Z]/, [new Linear(1, 1)]],
  [/^vision\.inspect\.previewTransforms$/, [{}, []]],
  [/^vision\.inspect\./, [[]]],
  [/^(io|export)\.exportOnnx$/, [new Linear(1, 1)]],
  [/^(data|io|vision\.codecs)\./, ['somewhere']],
  [
    /^runs\.(train|openTask|calibrate|evaluate|exportRun|auditLabels|tune|resumeTune)$/,
    ['somewhere'],
  ],
  [/^(runs\.)?(Classifier|TrainedModel)\.load$/, ['somewhere']],
  [
    /^vision\.datasets\.(MNIST|FashionMNIST|CIFAR10|FER2013|ImageFolder|ListFile)\.open$/,
    ['somewhere'],
  ],
  [/^vision\.datasets\.(openImageSplits|downloadDataset)$/, ['somewhere']],
  [
    /^vision\.datasets\.(ArrayImages|MNIST|FashionMNIST|CIFAR10|Digits)$/,
    [{ data: new Uint8Array(4), shape: [1, 2, 2, 1], targets: Uint8Array.of(0), classes: ['a'] }],
  ],
];

function leadingOf(name: string): readonly unknown[] {
  return leading[name] ?? families.find(([pattern]) => pattern.test(name))?.[1] ?? [];
}

/** Takes the object that a method belongs to. */
const owners: Readonly<Record<string, object>> = { Tensor: x, 'nn.Module': new Linear(1, 1) };

const takesOptions = /\.\.\.(given|opening|sizes)\b/;
const readers = callables.filter(({ parameters }) => takesOptions.test(parameters));

for (const { name, parameters, call } of readers) {
  const [owner = '', method] = name.split('#');
  if (method !== undefined && !(owner in owners)) continue; // private methods of classes
  test(`${name} refuses an option that it does not know`, async () => {
    const args = leadingOf(name);
    await assert.rejects(
      async () =>
        call([...args, { nosuchoption: 1 }], method === undefined ? undefined : owners[owner]),
      { name: 'ValueError', message: /nosuchoption/ },
      `${name}(${parameters})`,
    );
  });
}

/** Objects among the parameters that are no options, and why. */
const others: readonly (readonly [RegExp, string])[] = [
  [/Error$/, 'what JavaScript’s Error takes'],
  [/^(max|min)$/, 'hands its options to the method'],
  [/^io\.saveSafetensors$/, 'names and texts of the caller'],
  [/^nn\.(ModuleDict|ParameterDict)$/, 'names and modules of the caller'],
  [/^vision\.codecs\.encodePng$/, 'a picture'],
  [/^vision\.datasets\.CIFAR10\.read$/, 'private'],
  [/^vision\.models\.[A-Z]/, 'a shape that the function of that name has read'],
  [/^vision\.models\.createModel$/, 'an architecture, whose names are checked'],
];

test('whoever takes options reads them by optionReader', () => {
  const unread = callables
    .filter(({ name, parameters }) => !name.includes('#') && !takesOptions.test(parameters))
    .filter(({ parameters }) => /\{|\boptions\b/.test(parameters))
    .map(({ name, parameters }) => `${name}(${parameters})`)
    .filter((shown) => !others.some(([pattern]) => pattern.test(shown.replace(/\(.*/s, ''))));
  assert.deepEqual(unread, []);
  const methods = callables.filter(({ parameters }) => /\} = \{\}|options = \{\}/.test(parameters));
  assert.deepEqual(
    methods.filter(({ name }) => name.includes('#')).map(({ name }) => name),
    [],
  );
  assert.ok(readers.length > 180, `${readers.length}`);
});
