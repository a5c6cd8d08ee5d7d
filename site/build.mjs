// Builds the documentation's site: docs/, examples and the reference as pages of HTML in site/dist, for any web server.
//
//   npm ci --prefix site && npm run site        [SITE_BASE=/where/it/stands/]
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assemble } from './assemble.mjs';
import { apiRoute } from './sections.mjs';
import { sidebars } from './sidebars.mjs';

const site = fileURLToPath(new URL('.', import.meta.url));
const root = join(site, '..');
const pages = join(site, 'pages');
if (!existsSync(join(site, 'node_modules/vitepress'))) {
  console.error('site: VitePress is not installed; npm ci --prefix site brings it');
  process.exit(1);
}
const { build } = await import('vitepress');
const { apiPages } = await import('./reference/api.mjs');
const { cliPage } = await import('./reference/cli.mjs');

const { titles } = assemble(root, pages);
put('reference/cli.md', await cliPage(join(root, 'dist')));
const api = await apiPages(root);
for (const [name, text] of api) put(apiRoute(name), text);
put('sidebar.json', JSON.stringify({ sidebar: sidebars(titles, [...api.keys()]) }));
await build(site);

function put(route, text) {
  const path = join(pages, route);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
