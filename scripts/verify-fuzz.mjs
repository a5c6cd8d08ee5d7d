// Trains random networks on the engines wasm and native (where the machine runs it), compiled and eagerly, and compares
// every loss, gradient and parameter with engine reference. A network that differs is made smaller, and printed with the
// command that runs it alone.
// Without arguments it takes 200 networks from seed 0, then every op case and what plans fuse on numbers that are none, infinite
// or near the ends of float32, and every op case and whole network on each build of the kernels, on several numbers of threads.
// With a precision, bfloat16, networks are compiled in it: near the reference in the first step, and twice the same bits.
//   node scripts/verify-fuzz.mjs [COUNT] [SEED] [ENGINE] [PRECISION]      (npm run verify:fuzz)
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const build = resolve(process.env.WICK_BUILD ?? 'dist');
const load = (file) => import(pathToFileURL(join(build, file)).href);
const { check, checkNarrow, shrink } = await load('test/compile/fuzz-check.js');
const { engineFor, fuzzEngines, narrowLevel, stopEngines } = await load(
  'test/compile/fuzz-engines.js',
);
const { FuzzNetwork } = await load('test/compile/fuzz-network.js');
const { chainQuestions, tableQuestions, wrongAnswers } = await load(
  'test/compile/special-check.js',
);
const { drawNetwork } = await load('test/compile/fuzz-spec.js');

const count = Number(process.argv[2] ?? 200);
const first = Number(process.argv[3] ?? 0);
const isNarrow = process.argv[5] === 'bfloat16';
const engines = process.argv[4] === undefined ? fuzzEngines : [process.argv[4]];
const turns = Array.from({ length: count }, (_, i) => first + i).flatMap((seed) =>
  engines.map((which) => ({ seed, which })),
);
const specialSeeds = 10;
const failed = [];
let redrawn = 0;
for (const { seed, which } of turns) {
  const { engine, name } = engineFor(seed, which, isNarrow ? { level: narrowLevel(seed) } : {});
  const fails = async (spec) => (await verdict(spec, engine)).problems.length > 0;
  const spec = drawNetwork(seed);
  const { problems, draws } = await verdict(spec, engine);
  if (draws > 1) redrawn++;
  if (problems.length === 0) continue;
  failed.push(`${seed} on ${which}`);
  const smallest = await shrink(spec, fails);
  console.log(`FAIL network ${seed} on ${name}: node scripts/verify-fuzz.mjs 1 ${seed} ${which}`);
  console.log(problems.slice(0, 8).join('\n'));
  console.log(`smallest network that fails: ${JSON.stringify(smallest)}`);
  console.log(
    `${new FuzzNetwork(smallest)}\n${(await verdict(smallest, engine)).problems.join('\n')}`,
  );
}
stopEngines();
console.log(
  `${count} networks from seed ${first} on ${engines.join(' and ')}: ${failed.length} failed${failed.length > 0 ? ` (${failed.join(', ')})` : ''}; ` +
    `${redrawn} were looked at with other numbers too, for a rounding at a corner`,
);
process.exitCode = failed.length > 0 ? 1 : 0;
if (process.argv.length === 2) {
  for (let seed = 0; seed < specialSeeds; seed++) checkSpecials(seed);
  const files = ['conformance', 'models'].map((name) =>
    join(build, `test/compile/${name}.test.js`),
  );
  const env = { ...process.env, WICK_ALL_CASES: '1' };
  const { status } = spawnSync(process.execPath, ['--test', ...files], { stdio: 'inherit', env });
  if (status !== 0) process.exitCode = 1;
}

/** Numbers that are none, on each engine without Winograd, whose tiles they would spoil. */
function checkSpecials(seed) {
  const questions = [
    ...['none', 'infinite', 'huge'].flatMap((palette) => tableQuestions(palette, seed)),
    ...chainQuestions(seed),
  ];
  for (const which of engines) {
    const { engine, name } = engineFor(seed, which, { winograd: false });
    const wrong = questions.flatMap((question) => wrongAnswers(question, { engine }));
    if (wrong.length > 0) process.exitCode = 1;
    console.log(
      [
        `special numbers from seed ${seed} on ${name}: ${wrong.length} wrong answers`,
        ...wrong.slice(0, 8),
      ].join('\n'),
    );
  }
  stopEngines();
}

/** An error that is thrown is a problem, too. */
async function verdict(spec, engine) {
  try {
    return await (isNarrow ? checkNarrow(spec, engine) : check(spec, engine));
  } catch (error) {
    return { problems: [String(error.stack)], draws: 1 };
  }
}
