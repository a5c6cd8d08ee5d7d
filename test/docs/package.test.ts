/** What `npm pack` takes is enough: pages that are linked, sources for the maps, packages that are imported. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { before, test } from 'node:test';
import { pages } from './markdown.js';

const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
let packed: readonly string[] = [];

before(() => {
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const { stdout, stderr } = spawnSync(npm, ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  const found: unknown = JSON.parse(stdout || stderr);
  // A list of packages up to npm 11, and packages by name from 12 on.
  const [first] = Object.values(found as Record<string, { files: { path: string }[] }>);
  packed = first?.files.map(({ path }) => path) ?? [];
});

test('the pages and files that pages link to are in the package', () => {
  const missing = pages.flatMap((page) => {
    const links = readFileSync(page, 'utf8').matchAll(/\]\((?!https?:|#)([^)#\s]+)/g);
    return [...links]
      .map(([, link = '']) => normalize(join(dirname(page), link)))
      .filter((path) => !packed.includes(path) && !packed.some((f) => f.startsWith(`${path}/`)))
      .map((path) => `${page} → ${path}`);
  });
  assert.deepEqual(missing, []);
});

test('files and scripts that pages name are there', () => {
  const missing = pages.flatMap((page) => {
    const text = readFileSync(page, 'utf8');
    const paths = [
      ...text.matchAll(/`((?:src|test|scripts|examples|docs|bench|assets)\/[^`\s<*{]*)`/g),
    ]
      .map(([, path = '']) => path)
      .filter((path) => !existsSync(path));
    const scripts = [...text.matchAll(/npm run ([a-z:-]+)/g)]
      .map(([, name = '']) => name)
      .filter((name) => !(name in manifest.scripts));
    return [...paths, ...scripts].map((name) => `${page}: ${name}`);
  });
  assert.deepEqual(missing, []);
});

test('entry points are in the package, tests and tools are not', () => {
  const entries = [
    manifest.bin.wick,
    ...Object.values(manifest.exports).flatMap((entry) => Object.values(Object(entry))),
  ];
  for (const entry of entries.filter((value) => String(value).length > 1))
    assert.ok(packed.includes(normalize(String(entry))), String(entry));
  assert.deepEqual(
    packed.filter((path) => /(^|\/)(test|bench|scripts|goldens)\//.test(path)),
    [],
  );
});

test('source maps carry their sources', () => {
  const maps = packed.filter((path) => path.endsWith('.map'));
  assert.ok(maps.length > 100);
  const bare = maps.filter((path) => {
    const { sourcesContent } = JSON.parse(readFileSync(path, 'utf8'));
    return !(sourcesContent?.[0]?.length > 0);
  });
  assert.deepEqual(bare, []);
});

test('packages that the code imports are installed with it', () => {
  const installed = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
  const used = new Set(
    packed
      .filter((path) => path.startsWith('dist/src/') && path.endsWith('.js'))
      .flatMap((path) => importsOf(readFileSync(path, 'utf8')))
      .filter((name) => !/^(\.|node:)/.test(name))
      .map((name) => /^(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? ''),
  );
  assert.deepEqual(
    [...used].filter((name) => !installed.includes(name)),
    [],
  );
});

/** Module names in a compiled file's imports. */
function importsOf(code: string): string[] {
  const patterns = [
    /^(?:import|export)\b[^;'"]*?\bfrom '([^']+)'/gm,
    /^import '([^']+)'/gm,
    /\b(?:import|require)\('([^']+)'\)/g,
  ];
  return patterns.flatMap((pattern) => [...code.matchAll(pattern)].map((m) => m[1] ?? ''));
}
