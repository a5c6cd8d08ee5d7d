/** The site has a place for every page, and each place has its page. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { pages } from '../docs/markdown.js';

interface Sections {
  readonly english: readonly { readonly pages: readonly string[] }[];
  readonly chinese: readonly { readonly pages: readonly string[] }[];
  routeOf(file: string): string;
}

const { english, chinese, routeOf }: Sections = await import(
  pathToFileURL(resolve('site/sections.mjs')).href
);
const listed = [...english, ...chinese].flatMap((section) => section.pages);

test('every page of the repository is in a section, once', () => {
  assert.deepEqual(
    pages.filter((page) => !listed.includes(page)),
    [],
  );
  assert.equal(new Set(listed).size, listed.length);
});

test('what a section lists is there, or made', () => {
  const missing = listed.filter((page) => !page.startsWith('reference/') && !existsSync(page));
  assert.deepEqual(missing, []);
});

test('no two pages stand at one address', () => {
  assert.equal(new Set(listed.map(routeOf)).size, listed.length);
});
