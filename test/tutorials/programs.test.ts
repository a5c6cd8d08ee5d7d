/** The programs of the tutorials run, on data of a few pictures. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { temporaryFolder } from '../cli/run-wick.js';
import { isTranslation, isTutorial, pages, programsOf } from '../docs/markdown.js';
import { testPrograms } from '../docs/programs.js';
import { makeTinyData, tinyDataEnv } from './tiny-data.js';

const cwd = temporaryFolder();
before(() => makeTinyData(cwd));

// What those in Chinese have is compared with these.
const tutorials = pages.filter((page) => isTutorial(page) && !isTranslation(page));

test('there are five', () => {
  assert.equal(tutorials.length, 5);
});

testPrograms(tutorials.flatMap(programsOf), { name: 'tutorials', cwd, env: tinyDataEnv(cwd) });
