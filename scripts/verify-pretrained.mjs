// Real weights on real pictures, where both are at hand: the logits of ImageNet's ResNet-18 for 32 photos against
// PyTorch's on each engine, and the accuracy of a CIFAR-10 ResNet-20 on the first 1,000 test images.
//
//   npm run verify:pretrained -- [--weights resnet18.pth] [--photos FOLDER] [--cifar-weights resnet20.th] [--python PYTHON]

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compile, data, noGrad, tensor, useEngine, vision } from '../dist/src/index.js';

const datasets = join(process.env.WICK_CACHE || join(homedir(), '.cache/wick'), 'datasets');
const { values: options } = parseArgs({
  options: {
    weights: { type: 'string', default: join(datasets, 'resnet18-imagenet.pth') },
    photos: { type: 'string', default: join(datasets, 'food3/test') },
    'cifar-weights': { type: 'string', default: join(datasets, 'resnet20-12fca82f.th') },
    python: { type: 'string', default: pythonWithTorch() },
  },
});

/** Largest difference of a logit, relative to the largest logit of its picture. */
const allowed = 1e-4;

/** Reads inputs `[32, 3, 224, 224]` and writes PyTorch's logits for them. */
const reference = `
import sys, numpy, torch, torchvision
weights, folder = sys.argv[1:]
model = torchvision.models.resnet18()
model.load_state_dict(torch.load(weights, map_location="cpu"))
x = torch.from_numpy(numpy.fromfile(folder + "/inputs", "float32").reshape(-1, 3, 224, 224))
with torch.no_grad():
    model.eval()(x).numpy().tofile(folder + "/logits")
`;

const isThere = (path) => existsSync(path) || console.log(`skipped: ${path} is not there`);
if (isThere(options.weights) && isThere(options.photos)) await verifyLogits();
if (isThere(options['cifar-weights']) && isThere(join(datasets, 'cifar-10-batches-bin')))
  await verifyCifar();

async function verifyLogits() {
  const { models, codecs } = vision;
  const model = (await models.resnet18({ weights: options.weights })).eval();
  const transform = models.ResNet18_Weights.DEFAULT.transforms();
  const files = readdirSync(options.photos, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.jpe?g$/i.test(name))
    .sort();
  const photos = Array.from({ length: 32 }, (_, i) => files[Math.floor((i * files.length) / 32)]);
  const inputs = new Float32Array(32 * 3 * 224 * 224);
  for (const [i, name] of photos.entries()) {
    const picture = await codecs.decode(join(options.photos, name));
    inputs.set(transform(picture).data, i * 3 * 224 * 224);
  }
  const wanted = fromPyTorch(inputs);
  const x = tensor(inputs).reshape([32, 3, 224, 224]);
  const run = compile((images) => noGrad(() => model(images)));
  for (const engine of ['reference', 'wasm', 'native', 'webgpu']) {
    try {
      useEngine(engine);
    } catch (error) {
      console.log(`${engine}: skipped (${error.message})`);
      continue;
    }
    const logits = await run(x).dataAsync();
    let worst = 0;
    for (let i = 0; i < 32; i++) {
      const row = wanted.subarray(i * 1000, (i + 1) * 1000);
      const scale = Math.max(...row.map(Math.abs));
      row.forEach((value, k) => {
        worst = Math.max(worst, Math.abs(value - logits[i * 1000 + k]) / scale);
      });
    }
    tell(
      `${engine}: logits of 32 photos differ from PyTorch's by ${worst.toExponential(1)}`,
      worst <= allowed,
    );
  }
}

function pythonWithTorch() {
  const has = (name) => spawnSync(name, ['-c', 'import torch, torchvision']).status === 0;
  return ['python3', '/usr/bin/python3'].find(has) ?? 'python3';
}

function fromPyTorch(inputs) {
  const folder = mkdtempSync(join(tmpdir(), 'wick-pretrained-'));
  try {
    writeFileSync(join(folder, 'inputs'), inputs);
    const args = ['-c', reference, options.weights, folder];
    const { status, error } = spawnSync(options.python, args, { stdio: 'inherit' });
    if (status !== 0)
      throw error ?? new Error(`${options.python} with torch and torchvision is needed`);
    return new Float32Array(new Uint8Array(readFileSync(join(folder, 'logits'))).buffer);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function verifyCifar() {
  const { models, datasets: sets, transforms } = vision;
  const model = (await models.cifar_resnet20({ weights: options['cifar-weights'] })).eval();
  const transform = new transforms.Compose([
    new transforms.ToTensor(),
    new transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]), // those it was trained with
  ]);
  const test = await sets.CIFAR10.open(undefined, { split: 'test', transform });
  const first = new data.Subset(
    test,
    Array.from({ length: 1000 }, (_, i) => i),
  );
  useEngine('wasm');
  let right = 0;
  for await (const [x, y] of new data.DataLoader(first, { batchSize: 100 }))
    right += noGrad(() => model(x).argmax(1).eq(y).sum().item());
  const accuracy = right / 1000;
  tell(
    `cifar_resnet20: ${(100 * accuracy).toFixed(1)}% of 1,000 test images`,
    Math.abs(accuracy - 0.91) <= 0.015,
  );
}

function tell(text, isGood) {
  console.log(`${text}${isGood ? '' : ': NOT as it should be'}`);
  if (!isGood) process.exitCode = 1;
}
