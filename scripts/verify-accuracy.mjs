// Trains the recipes whole, from the command line, and checks the accuracy that each must reach.
//   node scripts/verify-accuracy.mjs [NAME…]        (npm run verify:accuracy)
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const checks = [
  { name: 'digits', args: ['digits'], least: 0.93, withinSeconds: 60 },
  {
    name: 'digits-reference',
    args: ['digits', '--engine', 'reference'],
    least: 0.93,
    withinSeconds: 240,
  },
  { name: 'mnist', args: ['mnist'], least: 0.98 },
  { name: 'fashion-mnist', args: ['fashion-mnist'], least: 0.86 },
];

const wanted = process.argv.slice(2);
const main = resolve('dist/src/cli/main.js');
const folder = mkdtempSync(join(tmpdir(), 'wick-verify-'));
let failed = 0;
for (const { name, args, least, withinSeconds } of checks) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [main, 'train', ...args, '--json'],
    {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 1e8,
    },
  );
  const seconds = (performance.now() - start) / 1000;
  const end = status === 0 ? JSON.parse(stdout.trim().split('\n').at(-1)) : undefined;
  const accuracy = end?.best.test.accuracy ?? 0;
  const ok = accuracy >= least && seconds <= (withinSeconds ?? Infinity);
  if (!ok) failed++;
  console.log(
    `${ok ? 'ok  ' : 'FAIL'} ${name}: test accuracy ${(100 * accuracy).toFixed(2)} % (at least ${100 * least} %), ` +
      `${seconds.toFixed(0)} s${withinSeconds ? ` (at most ${withinSeconds} s)` : ''}, ` +
      `${Math.round(end?.best.imagesPerSecond ?? 0)} images/s ${stderr.trim()}`,
  );
}
rmSync(folder, { recursive: true, force: true });
process.exitCode = failed > 0 ? 1 : 0;
