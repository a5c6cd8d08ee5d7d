// Checks what src/pages/ runs in browsers, and bundles each page that is there into files of the package.
//
//   node scripts/bundle-pages.mjs [--out DIR]
//
// --out   the build to put them into, default dist

import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values: options } = parseArgs({ options: { out: { type: 'string', default: 'dist' } } });
process.chdir(root);

const from = 'src/pages';
const to = resolve(root, options.out, from);
const tsc = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', from], {
  stdio: 'inherit',
});
process.exitCode = tsc.status ?? 1;

const pages = readdirSync(from, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(join(from, entry.name, 'index.html')))
  .map(({ name }) => name);
for (const page of pages) {
  mkdirSync(join(to, page), { recursive: true });
  await build({
    entryPoints: [join(from, page, 'main.ts')],
    outfile: join(to, page, 'page.js'),
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    legalComments: 'none',
    logLevel: 'warning',
  });
  copyFileSync(join(from, page, 'index.html'), join(to, page, 'index.html'));
  copyFileSync(join(from, 'theme.css'), join(to, page, 'theme.css'));
  const own = join(from, page, 'style.css');
  if (existsSync(own)) copyFileSync(own, join(to, page, 'style.css'));
}
