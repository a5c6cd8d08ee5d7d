// Bundles what src/report/ draws charts with into one file of the package, so that ECharts (68 MB) need not be installed with it.
//
//   node scripts/bundle-charts.mjs [--out DIR]
//
// --out   the build to put it into, default dist

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values: options } = parseArgs({ options: { out: { type: 'string', default: 'dist' } } });
const target = resolve(root, options.out, 'src/report/echarts-bundle.cjs');
process.chdir(root);

const entry = 'scripts/charts-entry.mjs';
const { version } = JSON.parse(readFileSync('node_modules/echarts/package.json', 'utf8'));
const text = (path) => readFileSync(join('node_modules', path), 'utf8').trim();
// The licences ask for themselves and the notice to stand wherever the code stands.
const banner = [
  `/*! ECharts ${version}, the parts that ${entry} lists, bundled by esbuild.`,
  text('echarts/NOTICE'),
  text('echarts/LICENSE'),
  `zrender, a part of it:\n\n${text('zrender/LICENSE')}`,
  '*/',
].join('\n\n');
const stamp = `${banner}\n// ${readFileSync(entry, 'utf8').replaceAll('\n', ' ')}\n`;

if (!existsSync(target) || !readFileSync(target, 'utf8').startsWith(stamp)) {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: 'cjs',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    define: { 'process.env.NODE_ENV': '"production"' },
    legalComments: 'none',
    write: false,
  });
  writeFileSync(target, stamp + outputFiles[0].text);
}
