/** Lays the site's sources out in `site/pages/`: pages of the repository, its examples, and the home pages. */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { headingOf, sitePage } from './markdown.mjs';
import { chinese, english, names, routeOf } from './sections.mjs';

/** Writes them, and returns the sidebar of each language. */
export function assemble(root, pages) {
  rmSync(pages, { recursive: true, force: true });
  const files = [...english, ...chinese].flatMap((section) => section.pages).flatMap(expand);
  const known = new Map(files.map((file) => [file, routeOf(file)]));
  const titles = new Map();
  for (const [file, route] of known) {
    if (file.startsWith('reference/')) continue; // made later
    const text = readFileSync(join(root, file), 'utf8');
    const page = file.endsWith('.ts') ? examplePage(file, text) : text;
    titles.set(file, names[file] ?? headingOf(page));
    put(route, sitePage(page, { file, route, routeOf: (target) => known.get(target) }));
  }
  for (const name of ['index.md', 'zh/index.md'])
    put(name, readFileSync(join(root, 'site/home', name), 'utf8'));
  cpSync(join(root, 'docs/pictures'), join(pages, 'docs/pictures'), { recursive: true });
  return { titles };

  function put(route, text) {
    const path = join(pages, route);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }

  /** A folder's files, in order; a file itself. */
  function expand(file) {
    if (!file.endsWith('/') || file.startsWith('reference/')) return [file];
    return readdirSync(join(root, file))
      .sort()
      .map((name) => file + name);
  }
}

/** An example as a page: its first comment is the heading. */
function examplePage(file, text) {
  const [, heading = file] = /^\/\*\* (.+?)(?:[:.].*)? ?\*\/$/m.exec(text) ?? [];
  return `# ${heading}\n\n\`${file}\`, run by the tests:\n\n\`\`\`ts\n${text}\`\`\`\n`;
}
