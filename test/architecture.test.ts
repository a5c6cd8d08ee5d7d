import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

/** The rooms of the house, lowest first: a file may import from its own room, its floor and lower floors. */
const floors: readonly (readonly string[])[] = [
  ['core'],
  ['graph'],
  ['engine'],
  ['tensor'],
  ['ops'],
  ['nn', 'optim', 'data', 'metrics', 'record'],
  ['compile'],
  ['vision', 'io', 'export'],
  ['train', 'explain', 'report'],
  ['recipes'],
  ['runs'],
  ['serve', 'web'],
  ['ui'],
  ['cli', 'pages'],
];

/** The rooms inside `engine`, and what each may import of the others; all may import the files that stand beside them. */
const engineRooms: Readonly<Record<string, readonly string[]>> = {
  pool: [],
  compiler: ['pool/'],
  reference: [],
  wasm: ['compiler/', 'pool/', 'reference/'],
  native: ['compiler/', 'pool/', 'wasm/wasm.ts'],
  webgpu: ['compiler/', 'pool/'],
};

/** Packages and the one place that may import each. */
const edges: Readonly<Record<string, string>> = {
  '@hono': 'serve/shell/hono.ts',
  '@remix-run': 'serve/form-files.ts',
  hono: 'serve/shell/hono.ts',
  koffi: 'engine/ffi.ts',
  jiti: 'core/load-module.ts',
  commander: 'cli/',
  protobufjs: 'io/onnx/protobuf.ts',
  zod: '',
  tinyglobby: 'cli/expand-glob.ts',
  'umap-js': 'explain/umap.ts',
  yaml: 'io/yaml.ts',
  yauzl: 'io/zip.ts',
  yazl: 'io/zip.ts',
  sharp: 'vision/codecs/sharp.ts',
  'string-width': 'cli/text-width.ts',
};

const root = findRoot(dirname(fileURLToPath(import.meta.url)));
const source = join(root, 'src');
const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.startsWith(join('engine', 'wasm', 'kernels')))
  .map((file) => file.replaceAll('\\', '/'));

function findRoot(folder: string): string {
  return readdirSync(folder).includes('tsconfig.json') ? folder : findRoot(dirname(folder));
}

/** Module names in `import … from`, `export … from`, `import '…'` and `import('…')` of a file, types included. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(source, file), 'utf8');
  const patterns = [
    /^(?:import|export)\b[^;]*?\bfrom '([^']+)'/gm,
    /^import '([^']+)'/gm,
    /\bimport\('([^']+)'\)/g,
  ];
  return patterns.flatMap((pattern) => [...text.matchAll(pattern)].map((m) => m[1] ?? ''));
}

function internalImports(file: string): string[] {
  return importsOf(file)
    .filter((name) => name.startsWith('.'))
    .map((name) =>
      relative(source, resolve(source, dirname(file), name))
        .replaceAll('\\', '/')
        .replace(/\.js$/, '.ts'),
    );
}

function floorOf(file: string): number {
  const room = file.split('/')[0] ?? '';
  if (!file.includes('/')) return floors.length; // index.ts stands on top
  const floor = floors.findIndex((rooms) => rooms.includes(room));
  assert.notEqual(floor, -1, `src/${room} is on no floor of the house`);
  return floor;
}

test('there is a source to look at', () => {
  assert.ok(files.length > 50, `${files.length} files`);
  assert.ok(importsOf('index.ts').length > 5);
});

test('imports go down only', () => {
  const wrong = files.flatMap((file) =>
    internalImports(file)
      .filter((to) => floorOf(to) > floorOf(file))
      .map((to) => `${file} imports ${to}`),
  );
  assert.deepEqual(wrong, []);
});

test('engines share the compiler and the pool, which know none of them', () => {
  const insideOf = (file: string) => /^engine\/([^/]+)\/(.+)/.exec(file);
  const wrong = files.flatMap((file) => {
    const [, room = ''] = insideOf(file) ?? [];
    if (room === '') return [];
    const allowed = engineRooms[room];
    assert.ok(allowed, `src/engine/${room} is no room of the list`);
    return internalImports(file)
      .filter((to) => {
        const [, other, rest] = insideOf(to) ?? [];
        if (other === undefined || other === room) return false;
        return !allowed.some((path) => `${other}/${rest}`.startsWith(path));
      })
      .map((to) => `${file} imports ${to}`);
  });
  assert.deepEqual(wrong, []);
});

test('above engines nobody looks into their rooms, but for what opens one in a browser', () => {
  const openers = ['browser.ts', 'web/engine.ts'];
  const wrong = files
    .filter((file) => !file.startsWith('engine/') && !openers.includes(file))
    .flatMap((file) =>
      internalImports(file)
        .filter((to) => /^engine\/[^/]+\//.test(to))
        .map((to) => `${file} imports ${to}`),
    );
  assert.deepEqual(wrong, []);
});

test('no file imports itself through others', () => {
  const state = new Map<string, 'open' | 'done'>();
  const visit = (file: string, path: readonly string[]): void => {
    if (state.get(file) === 'done' || !files.includes(file)) return;
    const cycle = [...path.slice(path.indexOf(file)), file];
    assert.notEqual(state.get(file), 'open', `a cycle: ${cycle.join(' → ')}`);
    state.set(file, 'open');
    for (const to of internalImports(file)) visit(to, [...path, file]);
    state.set(file, 'done');
  };
  for (const file of files) visit(file, []);
});

test('every import leads to a file that is there', () => {
  const missing = files.flatMap((file) =>
    internalImports(file)
      .filter((to) => to.endsWith('.ts') && !files.includes(to))
      .map((to) => `${file} → ${to}`),
  );
  assert.deepEqual(missing, []);
});

test('third-party packages are imported at their edge only', () => {
  const wrong = files.flatMap((file) =>
    importsOf(file)
      .filter((name) => !name.startsWith('.') && !name.startsWith('node:'))
      .filter((name) => {
        const edge = edges[name.split('/')[0] ?? ''];
        return edge === undefined || !file.startsWith(edge);
      })
      .map((name) => `${file} imports ${name}`),
  );
  assert.deepEqual(wrong, []);
});

test('nothing is drawn from Math.random', () => {
  const wrong = files.filter((file) => {
    const text = readFileSync(join(source, file), 'utf8');
    return /\bMath\.random\b/.test(text);
  });
  assert.deepEqual(wrong, []);
});

test('a file is one idea: none has more than 400 lines', () => {
  const long = ['src', 'test'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => ({ file, text: readFileSync(join(root, folder, file), 'utf8') }))
      .map(({ file, text }) => ({ file, lines: text.split('\n').length - 1 }))
      .filter(({ lines }) => lines > 400)
      .map(({ file, lines }) => `${folder}/${file}: ${lines}`),
  );
  assert.deepEqual(long, []);
});
