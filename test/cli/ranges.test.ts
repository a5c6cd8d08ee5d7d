import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import { addData } from '../../src/cli/commands/data.js';
import { addDoctor } from '../../src/cli/commands/doctor.js';
import { addEvaluate } from '../../src/cli/commands/evaluate.js';
import { addPredict } from '../../src/cli/commands/predict.js';
import { addSummary } from '../../src/cli/commands/summary.js';
import { addTrain } from '../../src/cli/commands/train.js';

/** A command and those in it. */
function withInner(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withInner)];
}

test('every option that takes a number has a range, above and below', () => {
  let options = 0;
  for (const add of [addTrain, addEvaluate, addPredict, addSummary, addData, addDoctor]) {
    const command = new Command('wick');
    add(command);
    for (const option of withInner(command).flatMap((inner) => inner.options)) {
      if (!/<[nkx]>/.test(option.flags)) continue;
      options++;
      for (const value of ['-1', '99999999999999999999', 'NaN', 'Infinity', '1e999', '', 'x'])
        assert.throws(
          () => option.parseArg?.(value, undefined),
          { message: /^a (whole )?number (from \d+ (to|and below)|above 0 and up to) [\d,.]+ / },
          `${option.flags} takes '${value}'`,
        );
    }
  }
  assert.ok(options >= 18, `${options} options`);
});
