/** Code in README and docs is code: every `ts` block type-checks, and runs unless it says `no-run`. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { isTutorial, pages, programsOf } from './markdown.js';
import { testPrograms } from './programs.js';

const cwd = mkdtempSync(join(tmpdir(), 'wick-docs-'));
after(() => rmSync(cwd, { recursive: true }));

const blocks = pages.filter((page) => !isTutorial(page)).flatMap(programsOf);

test('there are blocks to look at', () => {
  assert.ok(blocks.length > 8, `${blocks.length} blocks`);
});

testPrograms(blocks, { name: 'docs-blocks', cwd });
