// Kills trainings with SIGKILL at random moments, inside of checkpoints too, and resumes them: each must end with the bits
// of one that was never killed, and no file may be torn at any time.
//   node scripts/verify-resume.mjs [KILLS=200] [SEED]
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Rng } from '../dist/src/core/rng.js';
import { currentEngine } from '../dist/src/engine/select.js';
import { io, train, useEngine } from '../dist/src/index.js';
import { fillRoot } from '../dist/test/runs/small-task.js';

const kills = Number(process.argv[2] ?? 200);
const seed = Number(process.argv[3] ?? Date.now() % 2 ** 32);
const program = (name) => fileURLToPath(new URL(`../dist/test/runs/${name}.js`, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'wick-resume-'));
const rng = new Rng(seed);
const compared = [
  'metrics.jsonl',
  'steps.jsonl',
  ...['best', 'last'].map((name) => `checkpoints/${name}.safetensors`),
];

const plain = {
  compile: true,
  precision: 'float32',
  workers: 0,
  augment: false,
  average: 'none',
  mixup: false,
  accumulate: 1,
  parts: 'all',
};
const everything = { augment: true, average: 'ema', mixup: true };
const best = currentEngine().name;
const combinations = [
  { engine: 'reference', ...plain, compile: false },
  { engine: 'reference', ...plain, ...everything, compile: false, workers: 2, accumulate: 3 },
  { engine: 'wasm', ...plain },
  { engine: 'wasm', ...plain, ...everything, compile: false, workers: 1 },
  { engine: 'wasm', ...plain, ...everything, workers: 4 },
  { engine: 'wasm', ...plain, average: 'lookahead', accumulate: 2, parts: 'freeze' },
  { pretrained: 'head' },
  { pretrained: 'fineTune' },
  { engine: best, ...plain, augment: true, workers: 3, parts: 'unfreeze' },
  { engine: best, ...plain, ...everything, average: 'lookahead', accumulate: 2, parts: 'freeze' },
  { engine: 'reference', ...plain, compile: false, average: 'lookahead', parts: 'unfreeze' },
  ...(hasBfloat16()
    ? [
        { engine: best, ...plain, precision: 'bfloat16' },
        { engine: best, ...plain, ...everything, precision: 'bfloat16', workers: 2 },
      ]
    : []),
];

function hasBfloat16() {
  useEngine(best);
  try {
    currentEngine().requirePrecision('bfloat16');
    return true;
  } catch (error) {
    console.log(`without bfloat16: ${error.message}`);
    return false;
  }
}

/** Runs the training, killed `ms` after it has begun if it has not ended by then; says whether it was, and how long it took. */
async function live(run, combination, ms) {
  const { pretrained } = combination;
  const args = pretrained
    ? [program('killed-head'), root, run, pretrained]
    : [program('killed-training'), run, JSON.stringify(combination)];
  const child = spawn(process.execPath, args);
  let told = '';
  child.stderr.on('data', (text) => {
    told += text;
  });
  let [timer, start] = [null, 0];
  child.stdout.once('data', () => {
    start = Date.now();
    if (ms !== null) timer = setTimeout(() => child.kill('SIGKILL'), ms);
  });
  const [code, signal] = await new Promise((resolve) => {
    child.on('close', (...how) => resolve(how));
  });
  clearTimeout(timer);
  const tookMs = Date.now() - start;
  if (signal === 'SIGKILL') return { killed: true, tookMs };
  if (code !== 0) throw new Error(`${run} ended with ${code ?? signal}:\n${told}`);
  return { killed: false, tookMs };
}

/** Everything that has its final name must be whole. */
async function requireWhole(run) {
  const checkpoints = join(run, 'checkpoints');
  if (!existsSync(checkpoints)) return 0;
  const names = readdirSync(checkpoints);
  for (const name of names.filter((name) => name.endsWith('.safetensors')))
    if (name === 'state.safetensors') await train.readCheckpoint(join(checkpoints, name));
    else if (!(await io.loadSafetensors(join(checkpoints, name))).checked)
      throw new Error(`${name} has no checksum`);
  return names.filter((name) => name.endsWith('.tmp')).length;
}

const root = join(folder, 'root');
await fillRoot(root);
let done = 0;
let ends = 0;
let inSaves = 0;
const started = Date.now();
try {
  for (let round = 0; done < kills; round++) {
    const number = round % combinations.length;
    const combination = combinations[number];
    const whole = join(folder, `whole-${number}`);
    if (!existsSync(whole)) combination.ms = (await live(whole, combination, null)).tookMs;
    const run = join(folder, `cut-${round}`);
    let killed = 0;
    const most = Math.min(6, kills - done);
    while (killed < most) {
      const life = await live(run, combination, rng.uniform(0, 0.5) * combination.ms);
      if (!life.killed) break;
      killed++;
      inSaves += await requireWhole(run);
    }
    if (killed === most) await live(run, combination, null);
    const differing = compared.filter(
      (file) => !readFileSync(join(run, file)).equals(readFileSync(join(whole, file))),
    );
    done += killed;
    if (killed > 0 && differing.length === 0) ends++;
    const { ms: _, ...shown } = combination;
    if (differing.length > 0) {
      console.log(
        `FAILED after ${killed} kills (seed ${seed}, round ${round}): ${differing.join(', ')} differ; ${JSON.stringify(shown)}`,
      );
      process.exitCode = 1;
    } else if (killed > 0)
      console.log(`${done} kills: same bits after ${killed}, ${JSON.stringify(shown)}`);
    rmSync(run, { recursive: true });
  }
  console.log(
    `${done} kills, ${inSaves} of them while a file was written; ${ends} trainings, ` +
      `${process.exitCode === 1 ? 'NOT all' : 'all'} with the bits of one that was never killed, no torn file; ${Math.round((Date.now() - started) / 1000)} s, seed ${seed}`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
