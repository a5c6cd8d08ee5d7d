import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadTorch } from '../../../src/io/load-torch.js';
import { loadNpy, loadNpz } from '../../../src/io/numpy-files.js';
import { loadOnnx } from '../../../src/io/onnx/load-onnx.js';
import { numpyGlobals } from '../../../src/io/pickle/numpy.js';
import { unpickle } from '../../../src/io/pickle/unpickle.js';
import { loadSafetensors, saveSafetensors } from '../../../src/io/safetensors.js';
import { crossEntropy } from '../../../src/nn/functional.js';
import { RunFolder } from '../../../src/runs/run-folder.js';
import '../../../src/ops/index.js';
import { exportRun } from '../../../src/runs/export-run.js';
import { importModel } from '../../../src/runs/import-model.js';
import { readRunData } from '../../../src/runs/run-config.js';
import { startOfModelFile } from '../../../src/runs/start-of-model-file.js';
import { TrainedModel } from '../../../src/runs/trained-model.js';
import { tensor, zeros } from '../../../src/tensor/creation.js';
import { ImageFolder } from '../../../src/vision/datasets/image-folder.js';
import { pretrainedOnnx } from '../../../src/vision/models/onnx-network.js';
import { createModel } from '../../../src/vision/models/registry.js';
import { folderOf, plainPng } from '../../vision/datasets/pictures.js';

/** A kind of file, good ones of it, and what reads one that was put at `path`. */
export interface Kind {
  readonly name: string;
  readonly good: readonly Buffer[];
  readonly path: string;
  read(): Promise<unknown>;
  /** It is to be healed, not refused. */
  readonly heals?: boolean;
}

type Base64 = Readonly<Record<string, string>>;

interface NumpyGoldens {
  readonly npy: Base64;
  readonly npz: string;
  readonly compressed: string;
}

const goldens = <T>(name: string) =>
  JSON.parse(readFileSync(join('test', 'goldens', name), 'utf8')) as T;
const decoded = (files: Base64) => Object.values(files).map((text) => Buffer.from(text, 'base64'));

/** All kinds, with their files in `folder`. */
export async function makeKinds(folder: string): Promise<Kind[]> {
  const torch = goldens<{ readonly files: Base64 }>('torch-files.json').files;
  const pickles = decoded(goldens<Base64>('pickles.json'));
  const numpy = goldens<NumpyGoldens>('numpy-files.json');
  const pickle = join(folder, 'a.pickle');
  const [npy, npz] = [join(folder, 'a.npy'), join(folder, 'a.npz')];
  const pth = join(folder, 'a.pth');
  return [
    {
      name: 'pickle',
      good: pickles,
      path: pickle,
      read: async () => unpickle(await readFile(pickle), { path: pickle, globals: numpyGlobals }),
    },
    { name: 'npy', good: decoded(numpy.npy), path: npy, read: () => loadNpy(npy) },
    {
      name: 'npz',
      good: decoded({ stored: numpy.npz, compressed: numpy.compressed }),
      path: npz,
      read: () => loadNpz(npz),
    },
    { name: 'pth', good: decoded(torch), path: pth, read: () => loadTorch(pth) },
    onnxKind(folder),
    ...(await importedKinds(folder)),
    await safetensorsKind(folder),
    ...(await runKinds(folder)),
    ...(await cacheKinds(folder)),
  ];
}

/** Small networks, by PyTorch. */
function onnxKind(folder: string): Kind {
  const path = join(folder, 'a.onnx');
  const files = Object.values(
    goldens<Readonly<Record<string, { readonly file: string }>>>('onnx-files.json'),
  );
  const good = files.map(({ file }) => Buffer.from(file, 'base64'));
  return { name: 'onnx', good, path, read: () => loadOnnx(path) };
}

/** The description of a model that was an ONNX file, with the nodes of its network, in a model file whose checksum is right. */
async function importedKinds(folder: string): Promise<Kind[]> {
  const [{ file } = { file: '' }] = Object.values(
    goldens<Readonly<Record<string, { readonly file: string }>>>('onnx-files.json'),
  );
  const [onnx, path] = [join(folder, 'imported.onnx'), join(folder, 'imported.json')];
  const sealed = join(folder, 'imported.wick');
  await writeFile(onnx, Buffer.from(file, 'base64'));
  const { card } = await importModel(onnx, { path: sealed, classes: ['a', 'b', 'c', 'd', 'e'] });
  const { tensors } = await loadSafetensors(sealed);
  const good = [Buffer.from(JSON.stringify(card))];
  const seal = async () =>
    saveSafetensors(sealed, tensors, { 'wick.model': await readFile(path, 'latin1') });
  const classify = async () => {
    await seal();
    const model = await TrainedModel.load(sealed);
    await model.logits(zeros([1, ...card.inputShape]));
  };
  const trainOn = async () => {
    await seal();
    const { network, imageSize } = await startOfModelFile({ pretrained: sealed });
    if (network?.name !== card.architecture.name || imageSize !== card.inputShape[1]) return;
    const model = (await pretrainedOnnx(network, sealed)).train();
    const logits = model(zeros([2, ...card.inputShape]));
    crossEntropy(logits, zeros([2], { dtype: 'int32' })).backward();
  };
  return [
    { name: 'description of an onnx network', good, path, read: classify },
    { name: 'start from an onnx network', good, path, read: trainOn },
  ];
}

async function safetensorsKind(folder: string): Promise<Kind> {
  const path = join(folder, 'a.safetensors');
  const tensors = new Map([
    ['weight', tensor([1.5, -2, 3])],
    ['steps', tensor(7, { dtype: 'int32' })],
    ['flags', tensor([true, false, true])],
  ]);
  await saveSafetensors(path, tensors, { epoch: '3' });
  const sealed = await readFile(path);
  const header =
    '{"a":{"dtype":"F16","shape":[2,1],"data_offsets":[0,4]},"b":{"dtype":"I64","shape":[],"data_offsets":[4,12]}}';
  const open = Buffer.concat([Buffer.alloc(8), Buffer.from(header), Buffer.alloc(12)]);
  open.writeBigUInt64LE(BigInt(header.length));
  return { name: 'safetensors', good: [sealed, open], path, read: () => loadSafetensors(path) };
}

/** A run's own files: each is damaged in turn, and the run is used. */
async function runKinds(folder: string): Promise<Kind[]> {
  const run = await RunFolder.create('x', join(folder, 'run'));
  const architecture = {
    name: 'mnistCnn',
    options: { numClasses: 2, inChannels: 1, imageSize: 12 },
  };
  const resize = { name: 'Resize', size: [12, 12], interpolation: 'bilinear', maxSize: null };
  const normalize = { name: 'Normalize', mean: [0.5], std: [0.25] };
  await run.write('model.json', {
    format: 'wick-model/1',
    architecture,
    inputShape: [1, 12, 12],
    classes: ['a', 'b'],
    transform: { name: 'Compose', transforms: [resize, { name: 'ToTensor' }, normalize] },
  });
  await run.write('config.json', {
    recipe: 'digits',
    settings: { data: { limit: 5 }, model: {}, seed: 1 },
    engine: { engine: 'wasm', threads: 1, winograd: true },
    data: { fingerprint: { train: 'abc' } },
    wick: '0',
    node: '0',
  });
  const weights = run.checkpoint('best');
  await saveSafetensors(weights, createModel(architecture).stateDict(), { epoch: '1' });
  const picture = join(folder, 'p.png');
  await writeFile(picture, await plainPng(9));
  const predict = async (model: RunFolder | string = run) => {
    const { predictions } = await (await TrainedModel.load(model)).predict(picture);
    for (const { probability } of predictions) assert.ok(probability >= 0 && probability <= 1);
  };
  const wick = join(folder, 'a.wick');
  await exportRun(run, { path: wick });
  const { tensors, metadata } = await loadSafetensors(wick);
  const cardPath = join(folder, 'card.json');
  await writeFile(cardPath, metadata['wick.model'] ?? '');
  /** A card that is damaged in a file whose checksum is right. */
  const predictByCard = async () => {
    const sealed = join(folder, 'sealed.wick');
    await saveSafetensors(sealed, tensors, { 'wick.model': await readFile(cardPath, 'latin1') });
    await predict(sealed);
  };
  const kind = async (name: string, path: string, read: () => Promise<unknown>) => ({
    name,
    path,
    good: [await readFile(path)],
    read,
  });
  return [
    await kind('model.json', run.file('model.json'), () => predict()),
    await kind('model.wick', wick, () => predict(wick)),
    await kind('card of a model.wick', cardPath, predictByCard),
    await kind('config.json', run.file('config.json'), () => readRunData(run)),
    await kind('best.safetensors', weights, () => predict()),
  ];
}

/** The image cache: whatever happens to it, the pictures must be right. */
async function cacheKinds(folder: string): Promise<Kind[]> {
  const values = [10, 20, 30];
  const root = await folderOf(join(folder, 'pictures'), {
    'a/1.png': 10,
    'a/2.png': 20,
    'b/1.png': 30,
  });
  const cache = join(folder, 'cache');
  await mkdir(cache);
  const read = async () => {
    const before = process.env.WICK_CACHE;
    process.env.WICK_CACHE = cache;
    try {
      const dataset = await ImageFolder.open(root, { cache: 'disk' });
      for (const [i, value] of values.entries())
        assert.ok((await dataset.image(i)).data.every((byte) => byte === value));
    } finally {
      if (before === undefined) delete process.env.WICK_CACHE;
      else process.env.WICK_CACHE = before;
    }
  };
  await read();
  const [name = ''] = await readdir(join(cache, 'images'));
  const paths = ['index.json', 'pixels.bin'].map((file) => join(cache, 'images', name, file));
  return Promise.all(
    paths.map(async (path) => ({
      name: `cache ${path.split('/').at(-1)}`,
      path,
      good: [await readFile(path)],
      read,
      heals: true,
    })),
  );
}
