// What share of its time a training step of each network of the zoo spends in reference kernels, which run on one thread without
// SIMD: forward, cross entropy, backward, one step of SGD, compiled, on one thread. Fails where it is over 10 %, and names the ops.
//   node scripts/verify-zoo.mjs [--engine wasm] [--side 64] [--batch 2] [NAME…]      (npm run verify:zoo)
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const build = resolve(process.env.WICK_BUILD ?? 'dist');
const load = (file) => import(pathToFileURL(join(build, file)).href);
const { compile, manualSeed, nn, optim, randn, tensor, useEngine, vision } =
  await load('src/index.js');
const { usualInputs } = await load('src/vision/models/registry.js');
const { opNames, opSpec } = await load('src/graph/op.js');

const { values, positionals } = parseArgs({
  options: {
    engine: { type: 'string', default: 'wasm' },
    side: { type: 'string', default: '64' },
    batch: { type: 'string', default: '2' },
  },
  allowPositionals: true,
});
useEngine(values.engine, { threads: 1 });

/** Nanoseconds in the reference kernels of each op. */
const spent = new Map();
for (const name of opNames()) {
  const spec = opSpec(name);
  const { reference } = spec;
  spec.reference = (...args) => {
    const start = process.hrtime.bigint();
    reference(...args);
    spent.set(name, (spent.get(name) ?? 0n) + process.hrtime.bigint() - start);
  };
}

/** Networks that take no pictures as small as others. */
const sides = { alexnet: 96, sneakerCnn: 96 };

let failed = false;
for (const name of positionals.length > 0 ? positionals : vision.models.modelNames) {
  const [channels, own] = usualInputs[name] ?? [3];
  const side = sides[name] ?? (own === undefined || own > 96 ? Number(values.side) : own);
  const { share, ms, text } = timesOf(name, channels, side);
  failed ||= share > 0.1;
  const shown = `${name.padEnd(20)} ${side}×${side}: ${ms.toFixed(0)} ms a step, ${(100 * share).toFixed(1)} % in reference kernels`;
  console.log(`${share > 0.1 ? 'FAIL' : 'ok  '} ${shown} ${text}`);
}
if (failed) process.exitCode = 1;

function timesOf(name, channels, side) {
  manualSeed(1);
  const batch = Number(values.batch);
  const options = { numClasses: 10, ...(name === 'vit_b_16' && { imageSize: side }) };
  const model = vision.models[name]({ ...options, ...(usualInputs[name] && { imageSize: side }) });
  const optimizer = new optim.SGD(model.parameters(), { lr: 1e-3, momentum: 0.9 });
  const step = compile((x, y) => {
    optimizer.zeroGrad();
    const loss = nn.functional.crossEntropy(model(x), y);
    loss.backward();
    optimizer.step();
    return loss;
  });
  const x = randn(batch, channels, side, side);
  const y = tensor(Int32Array.from({ length: batch }, (_, i) => i));
  step(x, y).item(); // records
  spent.clear();
  const start = process.hrtime.bigint();
  for (let i = 0; i < 2; i++) step(x, y).item();
  const all = Number(process.hrtime.bigint() - start);
  const inside = [...spent].map(([op, ns]) => [op, Number(ns) / all]).sort((a, b) => b[1] - a[1]);
  step.dispose?.();
  return {
    ms: all / 2e6,
    share: inside.reduce((sum, [, part]) => sum + part, 0),
    text: inside.map(([op, part]) => `${op} ${(100 * part).toFixed(1)} %`).join(', '),
  };
}
