// Engine webgpu on a software adapter, which is slow: every op case, eagerly and compiled, with and without tiles; whole networks
// against PyTorch's losses and the reference's; random networks; 1,000 steps whose memory is counted; a training that goes on from
// engine to engine, and ends as one on the CPU does. A GPU is not needed, but the package webgpu and a software adapter are:
//   npm install --no-save webgpu@0.6.2, or WICK_WEBGPU=FOLDER of the package; SwiftShader comes with Debian's chromium
//   node scripts/verify-webgpu.mjs [COUNT of random networks]      (npm run verify:webgpu)
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const build = resolve(process.env.WICK_BUILD ?? 'dist');
const load = (file) => import(pathToFileURL(join(build, file)).href);
const { openWebGpuEngine } = await load('src/engine/webgpu/node-engine.js');
const wick = await load('src/index.js');
const { check, shrink } = await load('test/compile/fuzz-check.js');
const { drawNetwork } = await load('test/compile/fuzz-spec.js');

const count = Number(process.argv[2] ?? 200);
const env = { ...process.env, WICK_ALL_CASES: '1', WICK_WEBGPU_ADAPTER: 'software' };
const failed = [];

const files = ['ending', 'kernels', 'models', 'owner', 'plan', 'training'].map((name) =>
  join(build, `test/engine/webgpu/${name}.test.js`),
);
for (const file of files) {
  const { status } = spawnSync(process.execPath, ['--test', file], { stdio: 'inherit', env });
  if (status !== 0) failed.push(file);
}

const engine = openWebGpuEngine({ adapter: 'software' });
for (let seed = 0; seed < count; seed++) {
  const fails = (spec) => check(spec, engine).problems.length > 0;
  const spec = drawNetwork(seed);
  const { problems } = check(spec, engine);
  if (problems.length === 0) continue;
  failed.push(`network ${seed}`);
  console.log(`FAIL network ${seed}: ${problems.slice(0, 8).join('\n')}`);
  console.log(`smallest that fails: ${JSON.stringify(shrink(spec, fails))}`);
}
console.log(`${count} random networks`);

await steps(1000);
engine.stop();
goOn();

console.log(failed.length === 0 ? 'all is well' : `failed: ${failed.join(', ')}`);
process.exit(failed.length === 0 ? 0 : 1);

/** The device's memory after a few steps and after many. */
async function steps(many) {
  wick.useEngine(engine);
  const { nn } = wick;
  const model = new nn.Sequential(
    ...[new nn.Conv2d(1, 4, 3, { padding: 1 }), new nn.BatchNorm2d(4), new nn.ReLU()],
    ...[new nn.MaxPool2d(2), new nn.Flatten(), new nn.Dropout(0.5), new nn.Linear(64, 10)],
  );
  const optimizer = new wick.optim.Adam(model.parameters(), { lr: 1e-3 });
  const step = wick.compile((x, y) => {
    optimizer.zeroGrad();
    const loss = nn.functional.crossEntropy(model(x), y);
    loss.backward();
    optimizer.step();
    return loss;
  });
  let early;
  for (let i = 1; i <= many; i++) {
    await step(wick.rand([2, 1, 8, 8]), wick.randint(10, [2])).itemAsync();
    if (i === 50) early = await engine.counts();
  }
  const late = await engine.counts();
  const said = ({ buffers, bytes }) => `${buffers} buffers, ${bytes} bytes`;
  console.log(`after 50 steps ${said(early)}; after ${many} steps ${said(late)}`);
  if (late.bytes > early.bytes * 1.5) failed.push('memory grows');
  wick.useEngine('reference');
}

/** A short training of digits on the GPU, which goes on on the CPU, and on the GPU again, beside one on the CPU alone. */
function goOn() {
  const folder = mkdtempSync(join(tmpdir(), 'wick-webgpu-'));
  const main = join(build, 'src/cli/main.js');
  const wickCommand = (...args) => {
    const { status } = spawnSync(process.execPath, [main, ...args], { stdio: 'inherit', env });
    if (status !== 0) failed.push(`wick ${args.join(' ')}`);
  };
  const settings = ['--seed', '0', '--batch-size', '32', '--set', 'data.limit=96', '--no-report'];
  const train = (run, devices) => {
    const [first, ...others] = devices;
    wickCommand('train', 'digits', ...settings, '--epochs', '1', '--device', first, '--out', run);
    others.forEach((device, k) => {
      const epochs = String(k + 2);
      wickCommand('train', '--resume', run, '--epochs', epochs, '--device', device, '--force');
    });
    const lines = readFileSync(join(run, 'steps.jsonl'), 'utf8').trim().split('\n');
    return lines.map((line) => JSON.parse(line).loss);
  };
  const mixed = train(join(folder, 'mixed'), ['gpu', 'cpu', 'gpu']);
  const alone = train(join(folder, 'alone'), ['cpu', 'cpu', 'cpu']);
  const apart = mixed.map((loss, i) => Math.abs(loss - alone[i]) / alone[i]);
  console.log(`${mixed.length} steps on both, losses apart by at most ${Math.max(...apart)}`);
  if (mixed.length !== 9 || !apart.every((distance) => distance <= 1e-3))
    failed.push(`losses of digits: ${mixed}, on the CPU ${alone}`);
  rmSync(folder, { recursive: true, force: true });
}
