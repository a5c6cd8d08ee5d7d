/** What somebody meets who writes a recipe file for the first time. */
import '../../../src/ops/index.js';
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { openTask } from '../../../src/recipes/index.js';
import { put } from '../../vision/datasets/temporary-folder.js';
import { recipeFolder } from './recipe-file.js';

const start = `import { defineRecipe, nn, vision } from 'wick';\nconst t = new vision.transforms.ToTensor();\n`;
const recipe = (body: string) => `${start}export default defineRecipe({ ${body} });\n`;
const own = `transforms: { train: t, eval: t }, model: 'mnistCnn'`;

const mistakes: readonly (readonly [name: string, text: string, message: RegExp])[] = [
  [
    'nothing by default',
    'export const a = 1;',
    /: has no default export, a recipe is required: export default defineRecipe/,
  ],
  ['a number by default', 'export default 7;', /: exports 7 by default, a recipe is required/],
  ['a misspelt part', recipe(`dta: 'digits'`), /option 'dta' is unknown; did you mean data\?/],
  [
    'a misspelt part without defineRecipe',
    `export default { data: 'digits', modl: 'x' };`,
    /: option 'modl' is unknown; did you mean model\?/,
  ],
  ['a syntax error', `${start}\nconst x = ;\n`, /: line 4, column 10: Unexpected token$/],
  [
    'a throw while it is loaded',
    `const a: any = null;\na.b();\n`,
    /: threw TypeError: .*'b'\) \(line 2\)$/,
  ],
  [
    'an import that is not there',
    `import x from './no.js';\nexport default x;\n`,
    /: threw Error: Cannot find module '\.\/no\.js'/,
  ],
  [
    'a name that wick has not',
    `import { defineRecip } from 'wick';\nexport default defineRecip({});`,
    /: threw TypeError: defineRecip is not a function \(line 2\)$/,
  ],
  [
    'an unknown data set',
    recipe(`data: 'digitz'`),
    /: data is 'digitz', which is neither a folder \(.*\) nor a data set that wick knows/,
  ],
  [
    'an unknown network',
    recipe(`data: 'digits', model: 'mnistCn'`),
    /: model is "mnistCn", which is no network/,
  ],
  [
    'a network that throws',
    recipe(`data: 'digits',\nmodel: () => {\nthrow new RangeError('no');\n}`),
    /: model\(\) threw RangeError: no \(line 5\)$/,
  ],
  [
    'a network that is none',
    recipe(`data: 'digits', model: () => 3 as never`),
    /: model\(\) gives 3, a network is required: an nn\.Module$/,
  ],
  [
    'a network for other inputs',
    recipe(
      `data: 'digits', model: () => new nn.Sequential(new nn.Flatten(), new nn.Linear(7, 10))`,
    ),
    /: the network, given \[1,1,28,28\], threw ShapeError: linear: .*expects 7/,
  ],
  [
    'a network for other classes',
    recipe(
      `data: 'digits', model: () => new nn.Sequential(new nn.Flatten(), new nn.Linear(784, 9))`,
    ),
    /: the network, given \[1,1,28,28\], gives \[1,9\], \[1,10\] is required/,
  ],
  [
    'own data without transforms',
    recipe(`data: () => ({}) as never`),
    /: transforms are missing, which data of your own need/,
  ],
  [
    'own data that are none',
    recipe(`data: () => 3 as never, ${own}`),
    /: data\(\): train is missing, a data set of at least one sample/,
  ],
  [
    'own data that throw',
    recipe(`data: () => { throw new Error('gone'); }, ${own}`),
    /: data\(\) threw Error: gone \(line 3\)$/,
  ],
  [
    'a transform that is none',
    recipe(`data: 'digits', transforms: { train: t } as never`),
    /transforms\.eval is undefined, a transform is required/,
  ],
  [
    'a shape that is not that of the inputs',
    recipe(`data: 'digits', inputShape: [1, 32, 32], transforms: { train: t, eval: t }`),
    /: inputShape is \[1, 32, 32\], but the transforms make \[1, 28, 28\]$/,
  ],
  [
    'a setting that is none',
    recipe(`data: 'digits', settings: { optimizer: { lrr: 1 } } as never`),
    /^optimizer\.lrr: is no setting; did you mean optimizer\.lr\?$/,
  ],
];

for (const [what, text, message] of mistakes)
  test(`${what}`, async (t) => {
    const { file } = await recipeFolder(t, text);
    await assert.rejects(openTaskAndSettings(file), (error: Error) => {
      assert.match(error.message, message);
      assert.match(error.name, /^(Data|Value)Error$/);
      return true;
    });
  });

async function openTaskAndSettings(file: string): Promise<void> {
  const { prepare } = await import('../../../src/runs/prepare.js');
  await (await prepare(file)).open();
}

test('a file that is not there, and one with a misspelt ending', async (t) => {
  const { folder } = await recipeFolder(t, '');
  await assert.rejects(openTask(join(folder, 'no.ts')), /no\.ts: there is no such file$/);
  const text = await put(folder, 'recipe.txt', '');
  await assert.rejects(openTask(text), /is a file; a folder of pictures.* is required/);
});

test('a size that the transforms do not make, and weights for a network of its own', async (t) => {
  const model = 'model: () => new nn.Sequential(new nn.Flatten(), new nn.Linear(784, 10))';
  const { file } = await recipeFolder(
    t,
    recipe(`data: 'digits', ${model}, transforms: { train: t, eval: t }`),
  );
  await assert.rejects(
    openTask(file, { imageSize: 32 }),
    /my-recipe\.ts: imageSize=32, but its transforms make inputs of 28/,
  );
  await assert.rejects(
    openTask(file, { pretrained: true }),
    /my-recipe\.ts: pretrained=true, but its network is its own/,
  );
  assert.equal((await openTask(file, { model: 'mnistCnn' })).architecture.name, 'mnistCnn');
});
