// Reads 1,000 (or as many as given) damaged files of every kind that wick reads, after a build: each must be read, or
// refused with a DataError that names it, within 2 seconds.
//   node scripts/verify-bad-data.mjs [COUNT] [SEED]
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const build = resolve(process.env.WICK_BUILD ?? 'dist');
const module = join(build, 'test/vision/datasets/mutated-files.js');
const { readMutatedFiles } = await import(pathToFileURL(module).href);
const [count = 1000, seed = 2] = process.argv.slice(2).map(Number);
const { refused, read, wrong, slowestMs } = await readMutatedFiles(count, seed);
for (const line of wrong) console.error(line);
console.log(
  `${count} files: ${refused} refused, ${read} read, ${wrong.length} wrong; slowest ${slowestMs.toFixed(0)} ms`,
);
if (wrong.length > 0 || slowestMs > 2000) process.exit(1);
