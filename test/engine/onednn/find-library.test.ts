import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { after, describe, test } from 'node:test';
import { libraryCandidates } from '../../../src/engine/onednn/find-library.js';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'wick-find-')));
after(() => rmSync(root, { recursive: true, force: true }));

/** Empty files. */
function make(...files: readonly string[]): void {
  for (const file of files) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), '');
  }
}

const linux = { platform: 'linux', arch: 'no such machine' };

/** Candidates inside the folder of this test, by their path there: the machine may have libraries of its own. */
function found(env: Record<string, string>, system = linux): { path: string; preload: string[] }[] {
  return libraryCandidates({ WICK_CACHE: join(root, 'nowhere'), ...env }, system)
    .filter(({ path }) => path.startsWith(root))
    .map(({ path, preload }) => ({
      path: relative(root, path),
      preload: preload.map((library) => relative(root, library)),
    }));
}

const paths = (candidates: readonly { path: string }[]) => candidates.map(({ path }) => path);

describe('WICK_ONEDNN', () => {
  make('named/libdnnl.so.2.6', 'named/libdnnl.so.3.6', 'named/libgomp.so.1', 'other/mine.so');
  symlinkSync('libdnnl.so.2.6', join(root, 'named/libdnnl.so.2'));
  symlinkSync('gone.so', join(root, 'named/libdnnl.so.3.9'));

  test('a folder: each library once, newest first, with what lies beside it', () => {
    const preload = ['named/libgomp.so.1'];
    assert.deepEqual(found({ WICK_ONEDNN: join(root, 'named') }), [
      { path: 'named/libdnnl.so.3.6', preload },
      { path: 'named/libdnnl.so.2', preload },
    ]);
  });

  test('a file of any name, and nothing else', () => {
    const env = { WICK_ONEDNN: join(root, 'other/mine.so'), LD_LIBRARY_PATH: join(root, 'named') };
    assert.deepEqual(found(env), [{ path: 'other/mine.so', preload: [] }]);
  });

  test('leads to nothing: the message says where, and what is wanted', () => {
    const missing = join(root, 'missing.so');
    assert.throws(() => found({ WICK_ONEDNN: missing }), {
      name: 'EngineError',
      message: `WICK_ONEDNN: ${missing} does not exist; set it to the library libdnnl.so.3 or libdnnl.so.2 or to its folder`,
    });
    assert.throws(() => found({ WICK_ONEDNN: join(root, 'other') }), {
      name: 'EngineError',
      message: `WICK_ONEDNN: the folder ${root}/other has no libdnnl.so.3 or libdnnl.so.2; set it to the library or to its folder`,
    });
    assert.throws(() => found({ WICK_ONEDNN: missing }, { ...linux, platform: 'darwin' }), {
      message: /the library libdnnl\.3\.dylib or libdnnl\.2\.dylib or to/,
    });
  });
});

describe('the cache', () => {
  make('cache/onednn/3.9.0/libdnnl.so.3', 'cache/onednn/3.10.0/libdnnl.so.3');
  make('cache/onednn/2.6.3/libdnnl.so.2', 'cache/onednn/2.6.3/libOpenCL.so.1');
  make('cache/onednn/2.6.3/libgomp.so.1', 'cache/onednn/.fetch-abc/libdnnl.so.3');
  make('ld/libdnnl.so.3');

  test('comes before the system, newest version first; what is being fetched is not seen', () => {
    const all = found({ WICK_CACHE: join(root, 'cache'), LD_LIBRARY_PATH: join(root, 'ld') });
    assert.deepEqual(paths(all), [
      'cache/onednn/3.10.0/libdnnl.so.3',
      'cache/onednn/3.9.0/libdnnl.so.3',
      'cache/onednn/2.6.3/libdnnl.so.2',
      'ld/libdnnl.so.3',
    ]);
  });

  test('a library loads what was fetched with it, OpenMP first', () => {
    const old = found({ WICK_CACHE: join(root, 'cache') }).at(-1);
    assert.deepEqual(old?.preload, [
      'cache/onednn/2.6.3/libgomp.so.1',
      'cache/onednn/2.6.3/libOpenCL.so.1',
    ]);
  });
});

describe('the system', () => {
  make('old/libdnnl.so.2', 'conda/lib/libdnnl.so.3.7', 'conda/lib/libgomp.so.1');
  make('old/libdnnl.so.1', 'old/libdnnl.so.4', 'old/libdnnl.so', 'old/libdnnl.so.2.debug');
  symlinkSync('old', join(root, 'alias'));

  test('3.x comes before 2.x, wherever they are; 1.x and 4.x are not looked at', () => {
    const env = { LD_LIBRARY_PATH: `${root}/old:${root}/gone`, CONDA_PREFIX: join(root, 'conda') };
    assert.deepEqual(found(env), [
      { path: 'conda/lib/libdnnl.so.3.7', preload: [] },
      { path: 'old/libdnnl.so.2', preload: [] },
    ]);
  });

  test('a folder with two names is one', () => {
    const env = { LD_LIBRARY_PATH: `${root}/alias:${root}/old` };
    assert.deepEqual(paths(found(env)), ['alias/libdnnl.so.2']);
  });

  test('other systems call it otherwise', () => {
    make('conda/lib/libdnnl.3.dylib', 'conda/Library/bin/dnnl.dll', 'path/dnnl.dll');
    const conda = { CONDA_PREFIX: join(root, 'conda') };
    const on = (platform: string, env = {}) =>
      paths(found({ ...conda, ...env }, { ...linux, platform }));
    assert.deepEqual(on('darwin'), ['conda/lib/libdnnl.3.dylib']);
    assert.deepEqual(on('win32', { Path: `C:/nowhere;${root}/path` }), [
      'conda/Library/bin/dnnl.dll',
      'path/dnnl.dll',
    ]);
  });

  test('every path is absolute', () => {
    const here = (name: string) => relative(process.cwd(), join(root, name));
    assert.deepEqual(paths(found({ LD_LIBRARY_PATH: here('old') })), ['old/libdnnl.so.2']);
    assert.equal(found({ WICK_CACHE: here('cache') }).length, 3);
  });
});
