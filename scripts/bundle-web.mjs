// Bundles what a folder of `wick export --format web` has beside its page: the model in a Worker, its helper threads, and the few
// lines by which other pages use it.
//
//   node scripts/bundle-web.mjs [--out DIR]
//
// --out   the build to take it from and put it into, default dist

import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values: options } = parseArgs({ options: { out: { type: 'string', default: 'dist' } } });
const built = resolve(root, options.out, 'src');
process.chdir(root);

await build({
  entryPoints: {
    wick: join(built, 'web/client.js'),
    'wick-worker': join(built, 'web/worker.js'),
    'wick-learn': join(built, 'web/learn-worker.js'),
    'browser-helper': join(built, 'engine/pool/browser-helper.js'),
  },
  outdir: join(built, 'pages/web'),
  bundle: true,
  minify: true,
  keepNames: true, // errors name classes
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  legalComments: 'none',
  logLevel: 'warning',
});
