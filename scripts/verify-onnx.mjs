// Takes every network there and back: wick → ONNX → ONNX Runtime and → wick; torch.onnx → wick; PyTorch → wick → PyTorch, bit for
// bit; wick → .pth → PyTorch → wick. What is not installed (onnxruntime-node, torch with torchvision) is left out, and said.
//   node scripts/verify-onnx.mjs [--opset 13] [--photos FOLDER] [NAME…]      (npm run verify:onnx)
// --opset is that of torch.onnx.export; --photos takes 64 pictures of the folder, as the networks see them, instead of two of noise.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const build = resolve(process.env.WICK_BUILD ?? 'dist');
const load = (file) => import(pathToFileURL(join(build, file)).href);
const { cat, io, manualSeed, noGrad, randn, tensor, vision } = await load('src/index.js');
const { usualInputs } = await load('src/vision/models/registry.js');
const { recordModel } = await load('src/export/record-model.js');
const { toOnnx } = await load('src/export/onnx-graph.js');
const { inferenceOps } = await load('src/export/ops/inference.js');
const { checkOnnx } = await load('src/export/check-onnx.js');
const { encodeModel } = await load('src/io/onnx/protobuf.js');
const { findPeer, importPeer } = await load('bench/workers/peer-package.js');

/** Differences of logits, as a share of the largest. */
const tolerance = 1e-4;

const runtime = findPeer('onnxruntime-node') && (await importPeer('onnxruntime-node'));
if (!runtime) console.log('onnxruntime-node is not installed: files are not run in it');
const python = ['/usr/bin/python3', 'python3'].find(
  (name) => spawnSync(name, ['-c', 'import torch, torchvision']).status === 0,
);
if (python === undefined) console.log('torch and torchvision are not installed: left out');
const ask = python === undefined ? undefined : pythonServer();

const { values: options, positionals: names } = parseArgs({
  options: { opset: { type: 'string', default: '13' }, photos: { type: 'string' } },
  allowPositionals: true,
});
let failed = false;
for (const name of names.length > 0 ? names : vision.models.modelNames) {
  const folder = mkdtempSync(join(tmpdir(), 'wick-onnx-'));
  try {
    const found = await verify(name, folder);
    const good = Object.values(found).every((value) => value === 'equal' || value <= tolerance);
    failed ||= !good;
    const shown = Object.entries(found).map(
      ([what, value]) => `${what} ${typeof value === 'number' ? value.toExponential(1) : value}`,
    );
    console.log(`${good ? 'ok  ' : 'FAIL'} ${name.padEnd(20)} ${shown.join(', ')}`);
  } catch (error) {
    failed = true;
    console.log(`FAIL ${name}: ${error.message}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
ask?.end();
if (failed) process.exitCode = 1;

/** Differences, relative to the largest logit, and whether bits are equal. */
async function verify(name, folder) {
  const file = (end) => join(folder, end);
  const inputShape = usualInputs[name] ?? [3, 224, 224];
  manualSeed(0);
  const images =
    options.photos === undefined
      ? randn(2, ...inputShape)
      : await photos(options.photos, inputShape);
  writeFileSync(file('images.bin'), bytesOf(images));
  const found = {};
  const made = ask && (await ask(`make ${name} ${folder} ${options.opset}`));
  if (made && made !== 'none' && made !== 'made') throw new Error(`PyTorch: ${made}`);
  const model = await vision.models.getModel(name);
  if (made === 'made') model.loadStateDict((await io.loadTorch(file('torch.pth'))).stateDict);
  model.eval();
  const logits = classify(model, images);

  const { graph, arrays, nameOf, other } = recordModel(model, inputShape);
  const isInput = (_, index) => index === 0;
  const onnx = toOnnx(graph, arrays, { ops: inferenceOps, isInput, nameOf, other });
  const bytes = await encodeModel(onnx.finish());
  if (runtime) {
    const check = await checkOnnx(runtime, bytes, (batch) => classify(model, batch), images);
    found['wick → ONNX Runtime'] = check.maxDifference / largest(logits.data);
  }
  writeFileSync(file('wick.onnx'), bytes);
  found['wick → ONNX → wick'] = await differenceOf(file('wick.onnx'), images, logits.data);

  await io.saveTorch(file('wick.pth'), model.stateDict());
  if (made === 'made') {
    const wanted = floats(file('logits.bin'));
    found['PyTorch → wick'] = difference(logits.data, wanted);
    found['torch.onnx → wick'] = await differenceOf(file('torch.onnx'), images, wanted);
    found['PyTorch → wick → PyTorch'] = await ask(`compare ${name} ${folder}`);
  }
  if (ask) {
    await ask(`resave ${folder}`);
    const { stateDict } = await io.loadTorch(file('again.pth'));
    const same = [...model.stateDict()].every(([key, value]) =>
      bytesOf(value).equals(bytesOf(stateDict.get(key))),
    );
    found['wick → PyTorch → wick'] = same ? 'equal' : 'other bits';
  }
  return found;
}

async function differenceOf(path, images, wanted) {
  const model = (await io.loadOnnx(path)).eval();
  return difference(classify(model, images).data, wanted);
}

/** Sixteen at a time. */
function classify(model, images) {
  const parts = [];
  for (let from = 0; from < images.size(0); from += 16) {
    const part = images.narrow(0, from, Math.min(16, images.size(0) - from));
    parts.push(noGrad(() => model(part)));
  }
  return cat(parts);
}

/** 64 pictures from all over a folder, by ImageNet's transform. */
async function photos(folder, [channels, side]) {
  if (channels !== 3) throw new Error('takes no photos');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.jpe?g$/i.test(file))
    .sort();
  const transform = vision.models.ResNet18_Weights.DEFAULT.transforms({ imageSize: side });
  const inputs = new Float32Array(64 * 3 * side * side);
  for (let i = 0; i < 64; i++) {
    const picture = await vision.codecs.decode(
      join(folder, files[Math.floor((i * files.length) / 64)]),
    );
    inputs.set(transform(picture).data, i * 3 * side * side);
  }
  return tensor(inputs).reshape([64, 3, side, side]);
}

function difference(given, wanted) {
  let most = 0;
  wanted.forEach((x, i) => {
    most = Math.max(most, Math.abs(x - given[i])); // NaN stays
  });
  return most / largest(wanted);
}

function largest(values) {
  return values.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
}

function floats(path) {
  const bytes = readFileSync(path);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

function bytesOf({ data }) {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

function pythonServer() {
  const script = fileURLToPath(new URL('verify-onnx.py', import.meta.url));
  const child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const ask = async (request) => {
    child.stdin.write(`${request}\n`);
    const { value } = await lines.next();
    return value ?? 'PyTorch has ended';
  };
  ask.end = () => child.stdin.end();
  return ask;
}
