/** Programs of pages: each type-checks, and runs unless it says `no-run`. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import type { Block } from './markdown.js';

export interface ProgramsOptions {
  /** Where they are compiled, inside of the build. */
  readonly name: string;
  /** The folder in which they run. */
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

const fileOf = ({ where }: Block) => where.replace(/\W+/g, '-');

/** A test for each program. */
export function testPrograms(
  blocks: readonly Block[],
  { name, cwd, env = {} }: ProgramsOptions,
): void {
  // In the package, so that `wick` is found as its users find it.
  const folder = join(process.env.WICK_BUILD ?? 'dist', name);
  let problems = '';

  before(() => {
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
        inlineSources: false, // it needs source maps; of options that do not fit tsc says so, and checks no types
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

  test('the compiler has looked at types', () => {
    assert.doesNotMatch(problems, /tsconfig\.json|error TS(5|6)\d\d\d:/);
  });

  for (const block of blocks)
    test(`${block.where} type-checks${block.notes.includes('no-run') ? '' : ' and runs'}`, () => {
      const own = problems.split('\n').filter((line) => line.includes(`${fileOf(block)}.ts`));
      assert.deepEqual(own, []);
      if (block.notes.includes('no-run')) return;
      const file = join(process.cwd(), folder, `${fileOf(block)}.js`);
      const { status, stderr } = spawnSync(process.execPath, [file], {
        cwd,
        encoding: 'utf8',
        env: { ...process.env, ...env },
        timeout: 300_000,
      });
      assert.equal(status, 0, stderr);
    });
}
