/** A tutorial in Chinese has the parts, the code and the numbers of the one in English. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { blocksOf, isTranslation, isTutorial, pages } from '../docs/markdown.js';

const tutorials = pages.filter((page) => isTutorial(page) && !isTranslation(page));
const translated = (page: string) => page.replace('docs/', 'docs/zh/');

/** A page's lines outside of code. */
function prose(page: string): string[] {
  let inside = false;
  return readFileSync(page, 'utf8')
    .split('\n')
    .filter((line) => {
      if (line.trimStart().startsWith('```')) inside = !inside;
      return !inside;
    });
}

/** What stands where: headings by level, rows of tables, numbered exercises. */
const skeleton = (page: string) =>
  prose(page).flatMap((line) => /^(#+ |\|(?= )|\d+\. |- )/.exec(line)?.[1] ?? []);

/** Code without comments, which are translated. */
const code = (page: string) =>
  blocksOf(page).map(({ language, notes, text }) => [
    language,
    ...notes,
    text.replace(/\s*(\/\/|#) .*$/gm, '').replace(/^\s*\/\*\*.*\*\/$/gm, ''),
  ]);

/** Numbers that were measured: those with a point. */
const numbers = (page: string) =>
  (
    prose(page)
      .join('\n')
      .match(/\d+\.\d+/g) ?? []
  ).sort();

test('every tutorial is there in both languages', () => {
  const missing = tutorials.map(translated).filter((page) => !existsSync(page));
  const extra = pages
    .filter(isTranslation)
    .filter((page) => !tutorials.map(translated).includes(page));
  assert.deepEqual([missing, extra], [[], []]);
});

for (const page of tutorials)
  test(`${page} is the same in Chinese`, () => {
    const other = translated(page);
    assert.deepEqual(skeleton(other), skeleton(page));
    assert.deepEqual(code(other), code(page));
    assert.deepEqual(numbers(other), numbers(page));
    assert.match(readFileSync(other, 'utf8'), /\p{Script=Han}/u);
  });
