/** Where emitted code can run, and what is said where it cannot. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { openMachineCode, withoutNative } from './machine.js';

const select = new URL('../../../src/engine/select.js', import.meta.url).href;
const standard = new URL('../../../src/engine/standard.js', import.meta.url).href;
const index = new URL('../../../src/index.js', import.meta.url).href;
const memory = new URL('../../../src/engine/native/memory.js', import.meta.url).href;

/** What a program of its own prints. */
function run(program: string, env: Record<string, string> = {}): string {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', program],
    { encoding: 'utf8', env: { ...process.env, WICK_ENGINE: '', ...env }, timeout: 60_000 },
  );
  assert.equal(status, 0, stderr);
  return stdout.trim();
}

const opens = `
  await import(${JSON.stringify(standard)});
  const { useEngine } = await import(${JSON.stringify(select)});
  try { useEngine('native'); console.log('opens'); } catch (error) { console.log(String(error)); }`;

/** Lets the package koffi be what `replaced` makes of it. */
const withKoffi = (replaced: string) => `
  const module = process.getBuiltinModule('node:module');
  const load = module._load;
  module._load = (name, ...rest) => {
    if (name !== 'koffi') return load(name, ...rest);
    const koffi = load(name, ...rest);
    ${replaced}
  };`;

const refusing = (...functions: string[]) =>
  withKoffi(`return { ...koffi, decode: koffi.decode, load: (path) => {
    const library = koffi.load(path);
    return { func: (prototype) => ${JSON.stringify(functions)}.some((name) => prototype.includes(name + '('))
      ? () => -1 : library.func(prototype) };
  } };`);

describe('a machine that cannot run emitted code says why', { skip: withoutNative }, () => {
  const cases: readonly (readonly [name: string, before: string, says: RegExp])[] = [
    [
      'another CPU',
      `Object.defineProperty(process, 'arch', { value: 'arm64' });`,
      /^EngineError: native: emits code for x64, and this is arm64; use engine wasm$/,
    ],
    [
      'another system',
      `Object.defineProperty(process, 'platform', { value: 'sunos' });`,
      /^EngineError: native: the system sunos is not known; use engine wasm$/,
    ],
    [
      'no koffi',
      withKoffi(`throw new Error('no such build');`),
      /^EngineError: native: the package koffi cannot be loaded \(no such build\); npm install --include=optional brings it$/,
    ],
    [
      'no memory for code',
      refusing('mprotect', 'memfd_create'),
      /^EngineError: native: the system refuses memory for code \(mprotect: error \d+\); use engine wasm$/,
    ],
  ];
  for (const [name, before, says] of cases)
    test(name, () => assert.match(run(`${before}${opens}`), says));

  test('where WICK_ENGINE asks for it, engine wasm is used and the reason is told', () => {
    const program = `${refusing('mprotect', 'memfd_create')}
      await import(${JSON.stringify(standard)});
      const { engineReport } = await import(${JSON.stringify(select)});
      const { engine, problem } = engineReport();
      console.log(engine, problem);`;
    const said = run(program, { WICK_ENGINE: 'native' });
    assert.match(said, /^wasm native: the system refuses memory for code .*$/);
  });
});

const step = `
  const { useEngine, setThreads } = await import(${JSON.stringify(index)});
  const { nn, ones } = await import(${JSON.stringify(index)});
  setThreads(2);
  useEngine('native');
  const y = nn.functional.conv2d(ones([2, 16, 20, 20]), ones([32, 16, 3, 3]));
  console.log(y.data[0], y.data.length);`;

test('code runs where memory may not become executable, from a file without a name', {
  skip: withoutNative || process.platform !== 'linux',
}, () => {
  assert.equal(run(`${refusing('mprotect')}${step}`), '144 20736');
});

const permissions = `
  const { codeMemory } = await import(${JSON.stringify(memory)});
  const at = codeMemory()(Uint8Array.of(0xc3));
  const { readFileSync } = process.getBuiltinModule('node:fs');
  const lines = readFileSync('/proc/self/maps', 'utf8').matchAll(/^(\\w+)-(\\w+) (\\S+)/gm);
  for (const [, from, to, may] of lines)
    if (at >= Number('0x' + from) && at < Number('0x' + to)) console.log(may);`;

test('memory for code cannot be written, however it came to run', {
  skip: withoutNative || process.platform !== 'linux',
}, () => {
  for (const before of ['', refusing('mprotect')])
    assert.match(run(`${before}${permissions}`), /^r-xp$/, before);
});

test('the features are those that the system tells of', {
  skip: withoutNative || process.platform !== 'linux',
}, () => {
  const [, flags = ''] = /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8')) ?? [];
  const has = (...names: readonly string[]) => names.every((n) => ` ${flags} `.includes(` ${n} `));
  const engine = openMachineCode({ threads: 1 });
  const { amxBf16, ...features } = engine.facts.code.features;
  engine.stop();
  assert.deepEqual(features, {
    avx2: has('avx2', 'fma'),
    avx512: has('avx512f', 'avx512dq', 'avx512bw', 'avx512vl'),
    avx512Bf16: has('avx512_bf16'),
  });
  assert.ok(!amxBf16 || has('amx_bf16', 'amx_tile'));
});

test('kernels are written when they are first asked for, once for a shape', {
  skip: withoutNative,
}, () => {
  const program = `
    ${step.replace('console.log(y.data[0], y.data.length);', '')}
    const { currentEngine } = await import(${JSON.stringify(index)});
    const count = () => currentEngine().facts.code.written.kernels;
    const first = count();
    nn.functional.conv2d(ones([2, 16, 20, 20]), ones([32, 16, 3, 3])).sum().item();
    setThreads(1);
    nn.functional.conv2d(ones([2, 16, 9, 9]), ones([32, 16, 1, 1])).sum().item();
    console.log(first > 0, count() > first, count() < 2 * first + 4);`;
  assert.equal(run(program), 'true true true');
});
