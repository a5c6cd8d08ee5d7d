// Runs the compiled tests: all of them, or those whose path contains one of the words given.
//   node scripts/test.mjs [WORD…]      (Node 20's own runner takes no patterns)
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const words = process.argv.slice(2);
const folder = process.env.WICK_BUILD ?? 'dist';
const files = readdirSync(join(folder, 'test'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.js'))
  .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
  .map((file) => join(folder, 'test', file))
  .sort();
if (files.length === 0) {
  console.error(
    `no test file in ${folder}/test matches ${words.join(' ')}; run npm run build first`,
  );
  process.exit(1);
}
// Every test file starts from seed 0: a result that depends on random numbers is the same each time.
const generator = pathToFileURL(join(folder, 'src', 'tensor', 'generator.js'));
const seed = `data:text/javascript,import { manualSeed } from '${generator}'; manualSeed(0);`;
// This reporter ends with the tests that failed, which is where people look, and where a cut log still has them.
const options = ['--import', seed, '--test', '--test-reporter=spec'];
// Node would leave one CPU free, which of two is half of them.
options.push(`--test-concurrency=${availableParallelism()}`);
const { status } = spawnSync(process.execPath, [...options, ...files], { stdio: 'inherit' });
process.exit(status ?? 1);
