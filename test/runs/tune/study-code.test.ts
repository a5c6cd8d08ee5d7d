/** Studies of recipe files: code that only the user may start, and that is the same in all trials. */
import assert from 'node:assert/strict';
import { appendFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import '../../../src/ops/index.js';
import { openTask } from '../../../src/recipes/index.js';
import { dataOf, requireCode } from '../../../src/runs/tune/study-code.js';
import type { StudyDefinition } from '../../../src/runs/tune/study-definition.js';
import { recipeFolder, whole } from '../../recipes/file/recipe-file.js';

async function begun(t: TestContext) {
  const { folder, file } = await recipeFolder(t, whole);
  const task = await openTask(file, { limit: 20, seed: 0 });
  const definition = dataOf(file, task) as StudyDefinition; // what of it is read
  return { folder, file, definition };
}

test('a study of a recipe file goes on with the code that it was begun with alone', async (t) => {
  const { file, definition } = await begun(t);
  assert.match(definition.code?.sha256 ?? '', /^[0-9a-f]{64}$/);
  assert.deepEqual(await requireCode('study', definition), {});
  await appendFile(file, '// more\n');
  await assert.rejects(requireCode('study', definition, file), {
    name: 'DataError',
    message:
      /my-recipe\.ts is not as it was .*: trials of both cannot be compared; restore the file/,
  });
});

test('no study starts code that has not been run here', async (t) => {
  const { folder, file, definition } = await begun(t);
  await rm(join(folder, 'cache'), { recursive: true });
  const refused = {
    name: 'DataError',
    message: /may not start it by itself; look at it, and pass/,
  };
  await assert.rejects(requireCode('study', definition), refused);
  // A study.json that names code without saying what is in it.
  const { code: _, ...bare } = definition;
  await assert.rejects(requireCode('study', bare as StudyDefinition), {
    message: /it is no study of a recipe file; leave it out/,
  });
  assert.deepEqual(await requireCode('study', definition, file), definition);
});
