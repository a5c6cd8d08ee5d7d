import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { requireWhole, withWholeAddons } from '../../src/engine/whole-file.js';

const folder = mkdtempSync(join(tmpdir(), 'wick-whole-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const system = `${process.platform}-${process.arch}`;
const addon = join(
  dirname(createRequire(import.meta.url).resolve(`@koromix/koffi-${system}`)),
  `${process.platform}_${process.arch}`,
  'koffi.node',
);

describe('a library that is cut off', { skip: process.platform !== 'linux' && 'no ELF' }, () => {
  const cut = (bytes: number) => {
    const path = join(folder, `${bytes}.node`);
    copyFileSync(addon, path);
    truncateSync(path, bytes);
    return path;
  };

  test('is named before it is mapped, wherever it ends', () => {
    requireWhole('native', addon);
    for (const bytes of [5, 63, 64, 1000, 100_000, 1_000_000])
      assert.throws(() => requireWhole('native', cut(bytes)), {
        name: 'EngineError',
        message:
          /: has \d+ bytes, and its head promises \d+: the file is cut off; install it again$/,
      });
  });

  test('is no matter where it is another kind of file, or none', () => {
    const text = join(folder, 'text.so');
    writeFileSync(text, 'not a library');
    requireWhole('native', text);
    requireWhole('native', join(folder, 'nowhere.so'));
  });

  test('is refused as an addon, and the way to open others is put back', () => {
    const { dlopen } = process;
    const path = cut(300_000);
    const require = createRequire(import.meta.url);
    assert.throws(() => withWholeAddons('native', () => require(path)), /the file is cut off/);
    assert.equal(process.dlopen, dlopen);
  });

  test('does not end a program: engine wasm is used, and the reason is told', () => {
    const index = JSON.stringify(new URL('../../src/index.js', import.meta.url).href);
    const program = `
      const module = process.getBuiltinModule('node:module');
      const resolve = module._resolveFilename;
      module._resolveFilename = (...given) =>
        String(given[0]).endsWith('koffi.node') ? ${JSON.stringify(cut(200_000))} : resolve(...given);
      const { engineReport } = await import(${index});
      console.log(JSON.stringify(engineReport()));`;
    const { stdout, status } = spawnSync(
      process.execPath,
      ['--input-type=module', '--eval', program],
      { encoding: 'utf8', env: { ...process.env, WICK_ENGINE: 'native' } },
    );
    assert.equal(status, 0);
    const { engine, problem } = JSON.parse(stdout);
    assert.equal(engine, 'wasm');
    assert.match(problem, /has 200000 bytes, .* the file is cut off/);
  });
});
