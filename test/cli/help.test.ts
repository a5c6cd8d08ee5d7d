import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { temporaryFolder, wick, wickEach } from './run-wick.js';

const folder = temporaryFolder();

/** Name and description of each command, from a help text. */
function commandsIn(help: string): Map<string, string> {
  const [, list = ''] = help.split('\nCommands:\n');
  const rows = list.replace(/\n {6,}/g, ' ').matchAll(/^ {2}([\w-]+)\b.*? {2,}(.*)$/gm);
  return new Map([...rows].map(([, name = '', text = '']) => [name, text]));
}

test('each command that --help lists has its own help, with options', async () => {
  const { code, out } = wick(folder, ['--help']);
  assert.equal(code, 0);
  const commands = commandsIn(out);
  assert.deepEqual(
    [...commands.keys()],
    [
      'train',
      'reproduce',
      'lr-find',
      'tune',
      'evaluate',
      'compare',
      'report',
      'ui',
      'predict',
      'serve',
      'explain',
      'features',
      'embed',
      'export',
      'import',
      'summary',
      'models',
      'data',
      'doctor',
      'help',
    ],
  );
  commands.delete('help');
  const names = [...commands.keys()];
  const asked = names.map((name) => ['help', name]);
  const own = await wickEach(
    folder,
    names.map((name) => [name, '--help']),
  );
  const other = await wickEach(folder, asked);
  names.forEach((name, i) => {
    const text = own[i]?.out ?? '';
    assert.equal(own[i]?.code, 0);
    assert.ok(text.includes(commands.get(name) ?? '?'), name);
    assert.ok(/--(json|cell)|Commands:/.test(text), `${name} has no options of its own`);
    assert.equal(other[i]?.out, text);
  });
  assert.equal(wick(folder, ['train', '--help']).out, own[0]?.out, 'in a process of its own');
});

test('a command that is misspelt is guessed', () => {
  const { code, err } = wick(folder, ['trian']);
  assert.equal(code, 2);
  assert.match(err, /unknown command 'trian'\n\(Did you mean train\?\)/);
});

test('--version and --help load no command: nothing that trains, decodes or draws', () => {
  const source = new URL('../../src/', import.meta.url);
  const seen = new Set<string>();
  const visit = (file: URL) => {
    if (seen.has(file.href)) return;
    seen.add(file.href);
    const imported = readFileSync(file, 'utf8').matchAll(/^(?:import|export) .*?'([^']+)';$/gm);
    for (const [, name = ''] of imported) {
      if (name.startsWith('.')) visit(new URL(name, file));
      else assert.match(name, /^(node:.*|commander|string-width)$/, `${file} imports ${name}`);
    }
  };
  visit(new URL('cli/main.js', source));
  assert.ok(seen.size >= 5);
  for (const file of seen)
    assert.match(file.slice(source.href.length), /^(cli\/[\w-]+|core\/[\w-]+)\.js$/);
});
