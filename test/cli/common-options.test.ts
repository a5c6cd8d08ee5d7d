/** What several commands take is spelled alike in all of them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import { addCompare } from '../../src/cli/commands/compare.js';
import { addData } from '../../src/cli/commands/data.js';
import { addEmbed } from '../../src/cli/commands/embed.js';
import { addEvaluate } from '../../src/cli/commands/evaluate.js';
import { addExplain } from '../../src/cli/commands/explain.js';
import { addExport } from '../../src/cli/commands/export.js';
import { addFeatures } from '../../src/cli/commands/features.js';
import { addImport } from '../../src/cli/commands/import.js';
import { addLrFind } from '../../src/cli/commands/lr-find.js';
import { addPredict } from '../../src/cli/commands/predict.js';
import { addReport } from '../../src/cli/commands/report.js';
import { addReproduce } from '../../src/cli/commands/reproduce.js';
import { addTrain } from '../../src/cli/commands/train.js';
import { addTune } from '../../src/cli/commands/tune.js';
import { temporaryFolder, wick } from './run-wick.js';

/** The options of a command, and of those in it. */
function optionsOf(add: (command: Command) => void) {
  const command = new Command();
  add(command);
  return [command, ...command.commands].flatMap(({ options }) => options);
}

test('what is written goes where -o or --out says', () => {
  const writing = [addTrain, addReproduce, addLrFind, addTune, addCompare, addPredict, addExplain];
  for (const add of [...writing, addFeatures, addEmbed, addExport, addImport, addData]) {
    const flags = optionsOf(add).filter(
      ({ short, long }) => short === '-o' || /^--out/.test(long ?? ''),
    );
    assert.ok(flags.length > 0, add.name);
    for (const { flags: spelled } of flags)
      assert.match(spelled, /^-o, --out <(file|dir)>$/, add.name);
  }
});

test('what takes an engine takes a device', () => {
  const computing = [
    addTrain,
    addReproduce,
    addLrFind,
    addTune,
    addEvaluate,
    addReport,
    addPredict,
  ];
  for (const add of [...computing, addExplain, addFeatures, addEmbed, addExport, addData]) {
    const command = new Command();
    add(command);
    for (const { options } of [command, ...command.commands]) {
      const has = (long: string) => options.some((option) => option.long === long);
      assert.equal(has('--device'), has('--engine'), add.name);
    }
  }
});

test('what draws or writes a page takes the language', () => {
  const drawing = [addTrain, addTune, addEvaluate, addCompare, addReport, addExplain, addFeatures];
  for (const add of [...drawing, addEmbed, addLrFind, addData]) {
    const language = optionsOf(add).find(({ long }) => long === '--lang');
    assert.deepEqual(language?.argChoices, ['en', 'zh'], add.name);
  }
});

test('a language that is not spoken is refused before anything is read', () => {
  const folder = temporaryFolder();
  const given = wick(folder, ['report', 'nowhere', '--lang', 'de']);
  assert.equal(given.code, 2);
  assert.match(
    given.err,
    /option '--lang <language>' argument 'de' is invalid\. Allowed choices are en, zh\./,
  );
  const usual = wick(folder, ['train', 'nothing'], { WICK_LANG: 'de' });
  assert.deepEqual(usual, {
    code: 1,
    out: '',
    err: "ValueError: WICK_LANG: 'de', en or zh is required\n",
  });
});
