/** Code in README and docs is code: every `ts` block type-checks, and runs unless it says `no-run`. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Block, isTranslation, pages, programsOf } from './markdown.js';
import { makeTinyData, tinyDataEnv } from './tiny-data.js';

// In the package, so that `wick` is found as its users find it.
const folder = join(process.env.WICK_BUILD ?? 'dist', 'docs-blocks');
const elsewhere = mkdtempSync(join(tmpdir(), 'wick-docs-'));
after(() => rmSync(elsewhere, { recursive: true }));

const blocks = pages.filter((page) => !isTranslation(page)).flatMap(programsOf);
const fileOf = ({ where }: Block) => where.replace(/\W+/g, '-');
let problems = '';

before(async () => {
  await makeTinyData(elsewhere);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const block of blocks)
    writeFileSync(join(folder, `${fileOf(block)}.ts`), `${block.text}\nexport {};\n`);
  const config = {
    extends: join(process.cwd(), 'tsconfig.json'),
    compilerOptions: {
      rootDir: '.',
      outDir: '.',
      incremental: false,
      declaration: false,
      sourceMap: false,
      noUnusedLocals: false,
      noUnusedParameters: false,
      lib: ['ES2023', 'ESNext.Disposable', 'DOM'],
    },
    include: ['*.ts'],
    exclude: [],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const tsc = join('node_modules', 'typescript', 'bin', 'tsc');
  problems = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' }).stdout;
});

test('there are blocks to look at', () => {
  assert.ok(blocks.length > 8, `${blocks.length} blocks`);
});

for (const block of blocks)
  test(`${block.where} type-checks${block.notes.includes('no-run') ? '' : ' and runs'}`, () => {
    const own = problems.split('\n').filter((line) => line.includes(`${fileOf(block)}.ts`));
    assert.deepEqual(own, []);
    if (block.notes.includes('no-run')) return;
    const file = join(process.cwd(), folder, `${fileOf(block)}.js`);
    const { status, stderr } = spawnSync(process.execPath, [file], {
      cwd: elsewhere,
      encoding: 'utf8',
      env: { ...process.env, ...tinyDataEnv(elsewhere) },
      timeout: 300_000,
    });
    assert.equal(status, 0, stderr);
  });
