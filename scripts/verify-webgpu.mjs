// Engine webgpu on a software adapter, which is slow. A GPU is not needed, but the package webgpu and a software adapter are:
//   npm install --no-save webgpu@0.6.2, or WICK_WEBGPU=FOLDER of the package; SwiftShader comes with Debian's chromium
//   node scripts/verify-webgpu.mjs [PART…] [--count 200] [--seed 0]      (npm run verify:webgpu -- …)
// Parts, all of them where none is named:
//   tests      the tests of the engine
//   cases      every op case, eagerly and compiled, with and without tiles, against engine reference
//   models     whole networks against PyTorch's losses and the reference's: ResNet-18 at 32 × 32 among them
//   networks   `count` random small networks from `seed` on, every other one with tiles, two of four by Winograd wherever it can
//   float16    precision float16, where the adapter has it: every op case, Winograd's, whole networks, and random ones, a quarter of `count`
//   chromium   every op case, with and without tiles, 40 random networks and whole ones in a page, on Chromium's own adapter
//   steps      1,000 steps, whose memory is counted
//   training   a training of digits that goes on from engine to engine, beside one on the CPU alone; one of float16 where the
//              adapter has it, which goes on in float32
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const build = resolve(process.env.WICK_BUILD ?? 'dist');
const load = (file) => import(pathToFileURL(join(build, file)).href);
const { openWebGpuEngine } = await load('src/engine/webgpu/node-engine.js');
const wick = await load('src/index.js');
const { check, checkNarrow, shrink } = await load('test/compile/fuzz-check.js');
const { drawNetwork, thinned } = await load('test/compile/fuzz-spec.js');
const { collectGarbage } = await load('test/engine/pool/collect-garbage.js');

const { values, positionals } = parseArgs({
  options: {
    count: { type: 'string', default: '200' },
    seed: { type: 'string', default: '0' },
  },
  allowPositionals: true,
});
const [count, first] = [Number(values.count), Number(values.seed)];
const env = { ...process.env, WICK_ALL_CASES: '1', WICK_WEBGPU_ADAPTER: 'software' };
const failed = [];

/** A test's result is written before the next one keeps the thread busy: some take minutes. */
const atOnce = `data:text/javascript,import { afterEach } from 'node:test'; afterEach(() => new Promise(setImmediate));`;

const parts = {
  tests: () => runTests((name) => !/^(kernels|models|float16.*)$/.test(name)),
  cases: () => runTests((name) => name === 'kernels'),
  models: () => runTests((name) => name === 'models'),
  networks: () => networks(count),
  float16: () => {
    runTests((name) => name.startsWith('float16'));
    return networks(Math.ceil(count / 4), 'float16');
  },
  chromium: () => runTests((name) => name === 'webgpu-walk', 'browser'),
  steps: () => steps(1000),
  training: goOn,
};
const unknown = positionals.filter((part) => !(part in parts));
if (unknown.length > 0) {
  console.error(
    `there is no part ${unknown.join(', ')}; choose of ${Object.keys(parts).join(', ')}`,
  );
  process.exit(2);
}
for (const [name, run] of Object.entries(parts))
  if (positionals.length === 0 || positionals.includes(name)) {
    const start = performance.now();
    const before = failed.length;
    await run();
    const minutes = ((performance.now() - start) / 60_000).toFixed(1);
    console.log(`${name}: ${failed.length === before ? 'well' : 'FAILED'}, ${minutes} minutes`);
  }
console.log(failed.length === 0 ? 'all is well' : `failed: ${failed.join(', ')}`);
process.exit(failed.length === 0 ? 0 : 1);

function runTests(isMeant, room = 'engine/webgpu') {
  const folder = join(build, 'test', room);
  const ending = '.test.js';
  const files = readdirSync(folder).filter((file) => file.endsWith(ending));
  for (const file of files.sort()) {
    const name = file.slice(0, -ending.length);
    if (!isMeant(name)) continue;
    // Not by --test, which tells of a file's tests when all are done.
    const args = ['--import', atOnce, '--test-reporter=spec', join(folder, file)];
    const { status } = spawnSync(process.execPath, args, { stdio: 'inherit', env });
    if (status !== 0) failed.push(name);
  }
}

async function networks(many, precision = 'float32') {
  const engines = [true, 'always'].flatMap((winograd) =>
    [false, true].map((tiles) => openWebGpuEngine({ adapter: 'software', tiles, winograd })),
  );
  if (precision === 'float16' && !engines[0].adapter.float16)
    return console.log(`no random networks: ${engines[0].adapter.description} has no shader-f16`);
  let redrawn = 0;
  for (let seed = first; seed < first + many; seed++) {
    const engine = engines[seed % engines.length];
    const spec = thinned(drawNetwork(seed));
    const { problems, draws } = await verdict(spec, engine, precision);
    if (draws > 1) redrawn++;
    if ((seed + 1 - first) % 10 === 0) console.log(`networks to seed ${seed}`);
    if (problems.length === 0) continue;
    failed.push(`network ${seed}`);
    console.log(`FAIL network ${seed}: ${problems.slice(0, 8).join('\n')}`);
    const fails = async (smaller) =>
      (await verdict(smaller, engine, precision)).problems.length > 0;
    console.log(`smallest that fails: ${JSON.stringify(await shrink(spec, fails))}`);
  }
  for (const engine of engines) engine.stop();
  console.log(
    `${many} random networks in ${precision}, ${redrawn} with other numbers too, for a rounding at a corner`,
  );
}

/** An error that is thrown is a problem, too. */
async function verdict(spec, engine, precision) {
  try {
    const isWhole = precision === 'float32';
    return await (isWhole ? check(spec, engine) : checkNarrow(spec, engine, precision));
  } catch (error) {
    return { problems: [String(error.stack)], draws: 1 };
  }
}

/** The device's buffers, plans and shaders after a few steps and after many, once nobody reaches what has been; and the process's memory. */
async function steps(many) {
  const engine = openWebGpuEngine({ adapter: 'software' });
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
  const counted = async () => {
    for (let round = 0; round < 3; round++) await collectGarbage();
    const counts = await engine.counts();
    return { ...counts, resident: process.memoryUsage.rss() };
  };
  let early;
  for (let i = 1; i <= many; i++) {
    await step(wick.rand([2, 1, 8, 8]), wick.randint(10, [2])).itemAsync();
    // Else all that lies around until the collector comes would be counted.
    if (i % 50 === 0) await collectGarbage();
    if (i === many / 2) early = await counted(); // the process's own memory has its size by then
  }
  const late = await counted();
  console.log(`after ${many / 2} steps ${JSON.stringify(early)}`);
  console.log(`after ${many} steps ${JSON.stringify(late)}`);
  for (const what of ['buffers', 'plans', 'pipelines'])
    if (late[what] > early[what]) failed.push(`${what} grow`);
  for (const what of ['bytes', 'resident'])
    if (late[what] > 1.2 * early[what]) failed.push(`${what} grow`);
  wick.useEngine('reference');
  engine.stop();
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
    wickCommand('train', 'digits', ...settings, ...first, '--epochs', '1', '--out', run);
    others.forEach((more, k) => {
      const epochs = String(k + 2);
      wickCommand('train', '--resume', run, '--epochs', epochs, ...more, '--force');
    });
    const lines = readFileSync(join(run, 'steps.jsonl'), 'utf8').trim().split('\n');
    return lines.map((line) => JSON.parse(line).loss);
  };
  const [gpu, cpu] = ['gpu', 'cpu'].map((device) => ['--device', device]);
  const mixed = train(join(folder, 'mixed'), [gpu, cpu, gpu]);
  const alone = train(join(folder, 'alone'), [cpu, cpu, cpu]);
  requireNear('on both', mixed, alone, 1e-3);
  if (hasFloat16()) {
    const half = [...gpu, '--precision', 'float16'];
    const halved = train(join(folder, 'half'), [half, gpu, [...cpu, '--precision', 'float32']]);
    requireNear('of float16', halved, alone, 1e-2);
  } else console.log('the adapter has no shader-f16: nothing in float16');
  rmSync(folder, { recursive: true, force: true });
}

function requireNear(what, losses, expected, tolerance) {
  const apart = losses.map((loss, i) => Math.abs(loss - expected[i]) / expected[i]);
  console.log(`${losses.length} steps ${what}, losses apart by at most ${Math.max(...apart)}`);
  if (losses.length !== 9 || !apart.every((distance) => distance <= tolerance))
    failed.push(`losses of digits ${what}: ${losses}, on the CPU ${expected}`);
}

function hasFloat16() {
  const engine = openWebGpuEngine({ adapter: 'software' });
  engine.stop();
  return engine.adapter.float16;
}
