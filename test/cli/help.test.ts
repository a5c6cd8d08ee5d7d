import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryFolder, wick } from './run-wick.js';

const folder = temporaryFolder();

/** Name and description of each command, from a help text. */
function commandsIn(help: string): Map<string, string> {
  const [, list = ''] = help.split('\nCommands:\n');
  const rows = list.replace(/\n {6,}/g, ' ').matchAll(/^ {2}(\w+)\b.*? {2,}(.*)$/gm);
  return new Map([...rows].map(([, name = '', text = '']) => [name, text]));
}

test('each command that --help lists has its own help, with options', () => {
  const { code, out } = wick(folder, ['--help']);
  assert.equal(code, 0);
  const commands = commandsIn(out);
  assert.deepEqual(
    [...commands.keys()],
    ['train', 'evaluate', 'predict', 'summary', 'data', 'setup', 'doctor', 'help'],
  );
  commands.delete('help');
  for (const [name, description] of commands) {
    const own = wick(folder, [name, '--help']);
    assert.equal(own.code, 0);
    assert.ok(own.out.includes(description), name);
    assert.ok(/--(json|cell)|Commands:/.test(own.out), `${name} has no options of its own`);
    assert.equal(wick(folder, ['help', name]).out, own.out);
  }
});

test('a command that is misspelt is guessed', () => {
  const { code, err } = wick(folder, ['trian']);
  assert.equal(code, 2);
  assert.match(err, /unknown command 'trian'\n\(Did you mean train\?\)/);
});

test('--version and --help load no command: nothing that trains, decodes or draws', () => {
  for (const name of ['main', 'program', 'version']) {
    const file = fileURLToPath(new URL(`../../src/cli/${name}.js`, import.meta.url));
    const imported = [...readFileSync(file, 'utf8').matchAll(/^import .*?'([^']+)';$/gm)];
    for (const [, path = ''] of imported)
      assert.ok(
        path.startsWith('node:') || /^(commander|\.\/\w+\.js|\.\.\/core\/errors\.js)$/.test(path),
        `${name} imports ${path}`,
      );
  }
});
