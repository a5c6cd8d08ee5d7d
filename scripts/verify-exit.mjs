// Runs one-line programs on 8 threads, several at a time, that end while their helper threads still load: each must end with
// the code of its own.
//   node scripts/verify-exit.mjs [RUNS] [ENGINE]          (npm run verify:exit; 200 on the default engine)
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';

const runs = Number(process.argv[2] ?? 200);
const engine = process.argv[3] ?? '';
const index = new URL('../dist/src/index.js', import.meta.url).href;
const program = (ending) => `
  import { setThreads, tensor } from ${JSON.stringify(index)};
  setThreads(8);
  console.log(tensor([1, 2]).sum().item());
  ${ending}`;
/** How the programs end, and with which code. */
const endings = [
  ['', 0],
  ['process.exit(3);', 3],
  ["throw new Error('on purpose');", 1],
  ['setTimeout(() => process.exit(4), 30 * Math.random());', 4],
];

/** What became of one run: undefined, or what is wrong. */
function run(number) {
  const [ending, wanted] = endings[number % endings.length];
  const args = ['--input-type=module', '--eval', program(ending)];
  const env = { ...process.env, WICK_ENGINE: engine };
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  return new Promise((resolve) => {
    child.on('close', (code, signal) => {
      if (code === wanted && out === '3\n') resolve(undefined);
      else
        resolve(
          `run ${number}, which ends by '${ending}': ${signal ?? `code ${code}`}\n${out}${err}`,
        );
    });
  });
}

const atOnce = 2 * availableParallelism(); // More than there are CPUs: helpers load slowly.
let next = 0;
const wrong = [];
await Promise.all(
  Array.from({ length: atOnce }, async () => {
    while (next < runs) {
      const problem = await run(next++);
      if (problem !== undefined) wrong.push(problem);
    }
  }),
);
for (const problem of wrong) console.error(problem);
console.log(`${runs - wrong.length} of ${runs} programs ended with a code of their own`);
process.exitCode = wrong.length === 0 ? 0 : 1;
