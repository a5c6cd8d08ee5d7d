import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { EngineReport } from '../../../src/engine/select.js';
import { withoutFunction, withVersionField } from './altered-library.js';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'wick-fallback-')));
after(() => rmSync(folder, { recursive: true, force: true }));

/** What a new process prints that imports the choice of engines, and would like onednn. */
function run(statement: string, env: Record<string, string>): string {
  const module = (name: string) =>
    JSON.stringify(new URL(`../../../src/engine/${name}.js`, import.meta.url).href);
  const script = `
    import { engineReport, useEngine } from ${module('select')};
    import ${module('standard')};
    try { ${statement} } catch (error) { console.log(String(error)); }`;
  const { stdout, stderr, status, signal } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', script],
    { encoding: 'utf8', env: { ...process.env, WICK_ENGINE: 'onednn', ...env }, timeout: 30_000 },
  );
  assert.equal(status ?? signal, 0, stderr);
  assert.equal(stderr, '', 'the library says nothing itself');
  return stdout.trimEnd();
}

const report = (env: Record<string, string>): EngineReport =>
  JSON.parse(run('console.log(JSON.stringify(engineReport()));', env));

/** The machine's own library; without one, only what needs none is tested. */
const { library } = report({ WICK_ONEDNN: '' });
const skip = library === undefined && 'oneDNN is not installed';

/** A file in the folder of this test, in a folder of its own. */
function file(path: string, content: string): string {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
  return join(folder, path);
}

/** A shared library that every machine with koffi has: koffi itself. */
function unrelatedLibrary(): string {
  const koffi = createRequire(import.meta.url).resolve(
    `@koromix/koffi-${process.platform}-${process.arch}`,
  );
  return join(dirname(koffi), `${process.platform}_${process.arch}`, 'koffi.node');
}

interface Case {
  readonly name: string;
  /** Makes what WICK_ONEDNN is set to. */
  readonly given: () => string;
  readonly says: RegExp;
}

const cases: readonly Case[] = [
  {
    name: 'a path where nothing is',
    given: () => '/nowhere/libdnnl.so.3',
    says: /^WICK_ONEDNN: \/nowhere\/libdnnl\.so\.3 does not exist; set it to the library/,
  },
  {
    name: 'a folder without a library',
    given: () => dirname(file('empty/readme', '')),
    says: /^WICK_ONEDNN: the folder .*empty has no libdnnl/,
  },
  {
    name: 'a file that is no library',
    given: () => file('text/libdnnl.so.3', 'not a library'),
    says: /^onednn: .*(ELF|too short|mach-o|valid)/,
  },
  {
    name: 'a library without the functions',
    given: () => unrelatedLibrary(),
    says: /^onednn: .*dnnl_version/,
  },
];

const alteredCases: readonly Case[] =
  library === undefined
    ? []
    : [
        {
          name: 'a version that is too new',
          given: () => {
            const copy = file('new/libdnnl.so.3', '');
            withVersionField(library, copy, 'major', 9);
            return copy;
          },
          says: /^onednn: .*is version 9\.\d+\.\d+, 2\.x or 3\.x is required/,
        },
        {
          name: 'a build for another kind of threads',
          given: () => {
            const copy = file('tbb/libdnnl.so.3', '');
            withVersionField(library, copy, 'cpuRuntime', 4);
            return copy;
          },
          says: /^onednn: .*is built for TBB, OpenMP is required/,
        },
        {
          name: 'a function that is missing',
          given: () => {
            const copy = file('cut/libdnnl.so.3', '');
            withoutFunction(library, copy, 'dnnl_primitive_execute');
            return copy;
          },
          // Of the changed name, where the library itself has a use for the function.
          says: /^onednn: .*[dx]nnl_primitive_execute/,
        },
      ];

describe('a library that does not work never stops a run: engine wasm is used, and the reason is told', () => {
  for (const { name, given, says } of [...cases, ...alteredCases])
    test(name, () => {
      const env = { WICK_ONEDNN: given() };
      const { engine, library: used, problem } = report(env);
      assert.equal(engine, 'wasm');
      assert.equal(used, undefined);
      assert.match(problem ?? '', says);
      assert.ok(!problem?.includes('\n'), 'one line');
    });

  test('where nobody asks for onednn, it matters only if no other engine comes first', () => {
    const { engine, problem } = report({ WICK_ONEDNN: '/nowhere', WICK_ENGINE: '' });
    if (engine === 'native') assert.equal(problem, undefined);
    else assert.match(problem ?? '', /WICK_ONEDNN: \/nowhere does not exist/);
  });

  test('but it is an error where a program asks for the engine by name', () => {
    const env = { WICK_ONEDNN: '/nowhere' };
    assert.match(run("useEngine('onednn');", env), /^EngineError: WICK_ONEDNN: \/nowhere does not/);
  });

  test('whoever asks for wasm hears nothing of it', () => {
    const { engine, problem } = report({ WICK_ONEDNN: '/nowhere', WICK_ENGINE: 'wasm' });
    assert.deepEqual({ engine, problem }, { engine: 'wasm', problem: undefined });
  });
});

describe('a library that works', { skip }, () => {
  test('is used, and told of', () => {
    const { engine, library: used, problem } = report({ WICK_ONEDNN: library?.path ?? '' });
    assert.equal(engine, 'onednn');
    assert.deepEqual(used, library);
    assert.equal(problem, undefined);
    assert.match(used?.version ?? '', /^[23]\.\d+\.\d+$/);
  });

  test('is found behind one that does not', () => {
    const broken = file('both/libdnnl.so.3', 'not a library');
    copyFileSync(library?.path ?? '', join(dirname(broken), 'libdnnl.so.2'));
    const { engine, library: used } = report({ WICK_ONEDNN: dirname(broken) });
    assert.equal(engine, 'onednn');
    assert.equal(used?.path, join(dirname(broken), 'libdnnl.so.2'));
  });

  test('has no bfloat16 on a CPU without it', () => {
    const { library: used } = report({ DNNL_MAX_CPU_ISA: 'AVX2', ONEDNN_MAX_CPU_ISA: 'AVX2' });
    assert.deepEqual([used?.isa, used?.bf16], ['AVX2', false]);
  });
});
