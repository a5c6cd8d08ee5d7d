/** The tables of docs/settings.md are made from the tree: `UPDATE=1 node scripts/test.mjs docs/settings` writes them anew. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import '../../src/ops/index.js';
import { type SettingKey, settingKeys, wordsAt } from '../../src/recipes/settings/keys.js';

const page = 'docs/settings.md';
const between = /(?<=<!-- settings -->\n).*(?=<!-- end -->)/s;

/** More names than a table shows. */
const manyNames = 20;

function row(keys: readonly SettingKey[]): string[] {
  const [first] = keys;
  if (first === undefined) return [];
  const { key, allowed, description } = first;
  const names = wordsAt(first).length;
  const usual = first.default === undefined ? 'required' : `\`${shown(first.default)}\``;
  const of = keys.flatMap((entry) => entry.of ?? []).join(', ');
  const may = names > manyNames ? `one of ${names} names` : allowed;
  return [`\`${key}\`${of === '' ? '' : ` (${of})`}`, usual, may, description];
}

function shown(value: unknown): string {
  if (value === null) return 'none';
  if (typeof value === 'object') {
    const { name } = value as { readonly name?: string };
    return name ?? JSON.stringify(value);
  }
  return typeof value === 'number' ? String(Number(value.toPrecision(4))) : String(value);
}

/** A row for each setting; one for all optimizers, or schedules, that have it alike. */
function table(): string {
  const groups = new Map<string, SettingKey[]>();
  for (const entry of settingKeys()) {
    const same = JSON.stringify([entry.key, entry.allowed, entry.default, entry.description]);
    groups.set(same, [...(groups.get(same) ?? []), entry]);
  }
  const rows = [
    ['setting', 'default', 'allowed', 'what it does'],
    ['---', '---', '---', '---'],
    ...[...groups.values()].map(row),
  ];
  return `\n${rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n\n`;
}

/** Without what makes columns stand in line. */
function unpadded(text: string): string {
  return text.replace(/ +/g, ' ').replace(/-{3,}/g, '---');
}

test('the page lists every setting as it is', () => {
  const text = readFileSync(page, 'utf8');
  if (process.env.UPDATE === '1')
    writeFileSync(
      page,
      text.replace(between, () => table()),
    );
  const [there = ''] = between.exec(readFileSync(page, 'utf8')) ?? [];
  assert.equal(unpadded(there), unpadded(table()));
});

test('every setting says what it does', () => {
  const silent = settingKeys().filter(
    ({ key, description }) => description === '' && !/name$/.test(key),
  );
  assert.deepEqual(
    silent.map(({ key }) => key),
    [],
  );
});
