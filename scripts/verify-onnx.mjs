// Takes every network there and back: wick → ONNX → ONNX Runtime and → wick; torch.onnx → wick; PyTorch → wick → PyTorch, bit for
// bit; wick → .pth → PyTorch → wick. What is not installed (onnxruntime-node, torch with torchvision) is left out, and said.
//   node scripts/verify-onnx.mjs [NAME…]      (npm run verify:onnx)
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';

const build = resolve(process.env.WICK_BUILD ?? 'dist');
const load = (file) => import(pathToFileURL(join(build, file)).href);
const { io, manualSeed, noGrad, randn, vision } = await load('src/index.js');
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

const names = process.argv.slice(2);
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
  const images = randn(2, ...inputShape);
  writeFileSync(file('images.bin'), bytesOf(images));
  const found = {};
  const made = ask && (await ask(`make ${name} ${folder}`));
  if (made && made !== 'none' && made !== 'made') throw new Error(`PyTorch: ${made}`);
  const model = await vision.models.getModel(name);
  if (made === 'made') model.loadStateDict((await io.loadTorch(file('torch.pth'))).stateDict);
  model.eval();
  const logits = noGrad(() => model(images));

  const { graph, arrays, nameOf, other } = recordModel(model, inputShape);
  const isInput = (_, index) => index === 0;
  const onnx = toOnnx(graph, arrays, { ops: inferenceOps, isInput, nameOf, other });
  const bytes = await encodeModel(onnx.finish());
  if (runtime) {
    const classify = (batch) => noGrad(() => model(batch));
    const check = await checkOnnx(runtime, bytes, classify, images);
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
  return difference(noGrad(() => model(images)).data, wanted);
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
