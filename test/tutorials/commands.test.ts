/** The command lines of the tutorials run, one after the other, on data of a few pictures. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { temporaryFolder, wick, wickAgain } from '../cli/run-wick.js';
import { blocksOf, isTranslation, isTutorial, pages } from '../docs/markdown.js';
import { makeTinyData, tinyDataEnv } from './tiny-data.js';

const folder = temporaryFolder();
before(() => makeTinyData(folder));

const tutorials = pages.filter((page) => isTutorial(page) && !isTranslation(page));

for (const { where, text } of tutorials
  .flatMap(blocksOf)
  .filter(({ language }) => language === 'sh'))
  test(where, async () => {
    for (const line of text.split('\n').filter((line) => line !== '')) {
      const [program, ...args] = line.split(/\s+/);
      assert.equal(program, 'wick');
      const run = /train|tune|lr-find/.test(args[0] ?? '') ? wick : wickAgain;
      const { code, err } = await run(folder, args, tinyDataEnv(folder));
      assert.equal(code, 0, `${line}: ${err}`);
    }
  });
