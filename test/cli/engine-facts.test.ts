import assert from 'node:assert/strict';
import { test } from 'node:test';
import { engineNote, engineRows } from '../../src/cli/engine-facts.js';
import { temporaryFolder, wick } from './run-wick.js';

const folder = temporaryFolder();
const skip = (process.platform !== 'linux' || process.arch !== 'x64') && 'nothing to refuse';
/** A system that gives no memory for code, and a user who asks for emitted code. */
const refusing = `
  const module = process.getBuiltinModule('node:module');
  const load = module._load;
  module._load = (name, ...rest) => {
    const loaded = load(name, ...rest);
    if (name !== 'koffi') return loaded;
    const open = (path) => {
      const library = loaded.load(path);
      const func = (type) => /mprotect|memfd_create/.test(type) ? () => -1 : library.func(type);
      return { func };
    };
    return { ...loaded, decode: loaded.decode, load: open };
  };`;
const none = { WICK_ENGINE: 'native', NODE_OPTIONS: `--import=${dataUrl(refusing)}` };

test('rows of an engine that writes code', () => {
  const features = { avx2: true, avx512: true, avx512Bf16: true, amxBf16: false };
  const code = { level: 'AVX-512', features, written: { kernels: 7, bytes: 4096 } };
  const report = { engine: 'native', threads: 4, kernels: 'relaxed', code };
  assert.deepEqual(engineRows(report), [
    ['engine', 'native'],
    ['emitted code', 'AVX-512 (the CPU has AVX512-BF16, too), 7 kernels so far'],
    ['threads', '4'],
    ['SIMD', 'relaxed (fused multiply-add)'],
  ]);
  assert.equal(engineNote(report), undefined);
});

test('rows of engines that do not', () => {
  assert.deepEqual(engineRows({ engine: 'reference', threads: 1 }), [
    ['engine', 'reference'],
    ['threads', '1'],
    ['SIMD', 'none: plain TypeScript'],
  ]);
  const adapter = { description: 'A GPU', software: false, float16: true };
  const gpu = { engine: 'webgpu', threads: 1, adapter };
  assert.deepEqual(engineRows(gpu).slice(1), [
    ['adapter', 'A GPU'],
    ['precision', 'float32, float16'],
  ]);
  const plain = engineRows({ ...gpu, adapter: { ...adapter, float16: false } });
  assert.deepEqual(plain[2], ['precision', 'float32 (no shader-f16)']);
  assert.match(engineRows({ engine: 'wasm', threads: 1, kernels: 'simd' })[2]?.[1] ?? '', /^plain/);
});

test('doctor says why a slower engine is used', { skip }, () => {
  const { code, out } = wick(folder, ['doctor'], none);
  assert.equal(code, 0);
  const said = out.trimEnd().split('\n').at(-1) ?? '';
  assert.match(
    said,
    /^engine wasm is used\. native: the system refuses memory for code \(.*\); use/,
  );
  const { engine } = JSON.parse(wick(folder, ['doctor', '--json'], none).out);
  assert.match(engine.problem, /^native: /);
});

test('doctor misses nothing where the engine was chosen', () => {
  const env = { ...none, WICK_ENGINE: 'wasm' };
  assert.match(wick(folder, ['doctor'], env).out, /\n\nNothing is missing\.\n$/);
});

test('a run says once why it has the slower engine, and goes on with it', { skip }, () => {
  const few = ['--epochs', '1', '--limit', '40', '--seed', '0', '--no-report'];
  const args = ['train', 'digits', ...few];
  const { code, out } = wick(folder, args, none);
  assert.equal(code, 0);
  assert.match(out, /; engine wasm, \d+ threads?$/m);
  const notes = out.split('\n').filter((line) => line.includes('memory for code'));
  assert.equal(notes.length, 1);
  assert.match(notes[0] ?? '', /^note: engine wasm is used\. native: the system refuses/);

  const start = wick(folder, [...args, '--json'], none).out.split('\n')[0] ?? '';
  assert.match(JSON.parse(start).problem, /^native: /);
});

test('doctor tells which packages npm has left out, and how to bring them', () => {
  const { packages } = JSON.parse(wick(folder, ['doctor', '--json']).out);
  assert.deepEqual(packages, { koffi: null, sharp: null });
  // As npm leaves it without its optional part: the module is there and cannot be loaded.
  const hook = `export const resolve = (name, context, next) => { if (name === 'sharp') throw new Error('no binary'); return next(name, context); };`;
  const start = `import { register } from 'node:module'; register(${JSON.stringify(dataUrl(hook))});`;
  const { out } = wick(folder, ['doctor'], { NODE_OPTIONS: `--import=${dataUrl(start)}` });
  assert.match(
    out,
    /^sharp: the package that reads pictures cannot be loaded \(no binary\); npm install --include=optional brings its part/m,
  );
});

function dataUrl(module: string): string {
  return `data:text/javascript,${encodeURIComponent(module)}`;
}
