/** Command lines in README and docs are ones that this package understands. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Command } from 'commander';
import { blocksOf, pages } from './markdown.js';

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));

/** Programs that are not ours. */
const others = /^(cd|mkdir|sudo|apt|apt-get|brew|conda|node|git|curl)$/;

const lines = pages
  .flatMap(blocksOf)
  .filter(({ language }) => language === 'sh')
  .flatMap(({ where, text }) =>
    text
      .replaceAll('\\\n', ' ')
      .split('\n')
      .map((line) => line.replace(/\s+#\s.*$/, '').trim())
      .filter((line) => line !== '' && !line.startsWith('#'))
      .flatMap((line) => line.split(/&&|\|\||[;|]/))
      .map((command) => ({ where, words: command.trim().split(/\s+/) })),
  );

for (const { where, words } of lines)
  test(`${where}: ${words.join(' ')}`, async () => {
    const [program = '', ...args] = words.filter((word) => !/^[A-Z_]+=/.test(word));
    if (program === 'npm') return requireNpm(args);
    if (program === 'npx') {
      assert.equal(args[0], 'wick');
      return await requireWick(args.slice(1));
    }
    if (program === 'wick') return await requireWick(args);
    assert.match(program, others, 'a program that this test does not know');
  });

function requireNpm([verb = '', name = '']: readonly string[]): void {
  if (verb === 'run') assert.ok(name in scripts, `package.json has no script '${name}'`);
  else assert.match(verb, /^(install|install-test|init|pkg|test|pack|ci)$/);
}

/** Parses a command line of wick's without running anything. */
async function requireWick([name = '', ...args]: readonly string[]): Promise<void> {
  if (name.startsWith('-')) return assert.match(name, /^--(help|version|verbose)$/);
  const exports: Record<string, unknown> = await import(`../../src/cli/commands/${name}.js`);
  const add = Object.entries(exports).find(([key]) => key.startsWith('add'))?.[1];
  assert.ok(typeof add === 'function', name);
  const command = new Command(name);
  add(command);
  disarm(command);
  await command.parseAsync(args, { from: 'user' });
}

function disarm(command: Command): void {
  command.exitOverride().configureOutput({ writeErr: () => {} });
  if (command.commands.length === 0) command.action(() => {});
  for (const inner of command.commands) disarm(inner);
}
