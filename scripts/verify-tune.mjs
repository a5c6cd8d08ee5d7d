// Kills a study with SIGKILL at random moments, its trainings with it every other time, and goes on with it each time: it must end
// with the trials, values and weights of one that was never killed, bit for bit, and train no trial again that had ended.
//   node scripts/verify-tune.mjs [KILLS=20] [SEED]
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Rng } from '../dist/src/core/rng.js';
import { lastingFiles, tuneUntil } from '../dist/test/runs/tune/killed-study.js';

const kills = Number(process.argv[2] ?? 20);
const seed = Number(process.argv[3] ?? Date.now() % 2 ** 32);
const rng = new Rng(seed);
const folder = mkdtempSync(join(tmpdir(), 'wick-tune-'));
const study = [
  ...['digits', '--limit', '300', '--epochs', '4', '--seed', '1', '--threads', '1', '--jobs', '2'],
  ...['--search', 'optimizer.lr=log:1e-4..1', '--search', 'optimizer.name=choice:sgd,adam'],
  ...['--search', 'optimizer.momentum=uniform:0..0.95', '--trials', '12'],
];
const kinds = [
  ['TPE', study],
  ['TPE with halving, two seeds', [...study, '--asha', '2', '--seeds', '2', '--epochs', '2']],
];

const started = Date.now();
try {
  for (const [name, args] of kinds) {
    await tuneUntil(folder, [...args, '--out', 'whole'], () => false);
    const ended = new Set();
    const again = [];
    let [done, lives] = [0, 0];
    for (;;) {
      const resume = ['--resume', 'cut', '--jobs', '2'];
      // After none, one or two of what it tells, and a moment: in steps, in checkpoints, between trials.
      let left = done < kills ? rng.int(3) : Number.POSITIVE_INFINITY;
      const wait = rng.uniform(0, 500);
      const { killed, events } = await tuneUntil(
        folder,
        lives === 0 ? [...args, '--out', 'cut'] : resume,
        async () => {
          if (left-- > 0) return false;
          await delay(wait);
          return true;
        },
        { group: done % 2 === 1 },
      );
      lives++;
      for (const event of events)
        if (event.event === 'epoch' && ended.has(event.trial) && !args.includes('--asha'))
          again.push(event.trial);
      for (const event of events) if (event.event === 'trial') ended.add(event.trial);
      if (!killed) break;
      done++;
    }
    const [whole, cut] = ['whole', 'cut'].map((which) => lastingFiles(join(folder, which)));
    const differing = [...new Set([...whole.keys(), ...cut.keys()])].filter(
      (file) => !cut.has(file) || !whole.get(file)?.equals(cut.get(file)),
    );
    const trials = readFileSync(join(folder, 'cut', 'trials.jsonl'), 'utf8')
      .trim()
      .split('\n');
    const ok = differing.length === 0 && again.length === 0 && done === kills;
    if (!ok) process.exitCode = 1;
    console.log(
      `${ok ? 'ok' : 'FAILED'}: ${name}, ${done} kills, ${trials.length} lines of trials.jsonl, ${whole.size} files ` +
        `${differing.length === 0 ? 'with the same bytes' : `of which differ ${differing.join(', ')}`}` +
        `${again.length === 0 ? '' : `, trials ${again.join(', ')} trained again`}; seed ${seed}`,
    );
    for (const which of ['whole', 'cut']) rmSync(join(folder, which), { recursive: true });
  }
  console.log(`${Math.round((Date.now() - started) / 1000)} s`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
