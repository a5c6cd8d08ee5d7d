/** A page's reading of a model's card agrees with the schema that Node reads it by. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseModelCard } from '../../src/runs/model-card.js';
import { readPageCard } from '../../src/web/model-card.js';
import { smallCard } from '../runs/untrained-run.js';

const fail = (detail: string) => new TypeError(detail);
const inNode = (card: unknown) => parseModelCard(card, fail);
const inPage = (card: unknown) => readPageCard(card, fail);

test('what is right is right in both', () => {
  const { architecture } = smallCard;
  for (const card of [
    smallCard,
    { ...smallCard, background: 'light', temperature: 1.5, license: 'CC0-1.0' },
    { ...smallCard, architecture: { ...architecture, options: { numClasses: 2 } } },
    { ...smallCard, data: { recipe: 'digits' } },
  ]) {
    assert.doesNotThrow(() => inNode(card));
    assert.deepEqual(inPage(card), card);
  }
});

const { architecture } = smallCard;
const withOptions = (options: object) => ({ architecture: { ...architecture, options } });
const broken: Readonly<Record<string, unknown>> = {
  'no object': [smallCard],
  null: null,
  'no format': { ...smallCard, format: undefined },
  'another format': { ...smallCard, format: 'wick-model/2' },
  'no architecture': { ...smallCard, architecture: undefined },
  'an architecture without options': { ...smallCard, architecture: { name: 'mnistCnn' } },
  'options that are a list': { ...smallCard, ...withOptions([]) },
  'a name that is a number': { ...smallCard, architecture: { name: 3, options: {} } },
  'two channels': { ...smallCard, inputShape: [2, 12, 12] },
  'no height': { ...smallCard, inputShape: [1, 12] },
  'half a pixel': { ...smallCard, inputShape: [1, 12.5, 12] },
  'no pixels': { ...smallCard, inputShape: [1, 0, 12] },
  'no classes': { ...smallCard, classes: [], ...withOptions({}) },
  'a class twice': { ...smallCard, classes: ['a', 'a'] },
  'a class that is no text': { ...smallCard, classes: ['a', 7] },
  'another number of classes': { ...smallCard, ...withOptions({ numClasses: 3 }) },
  'another number of channels': {
    ...smallCard,
    ...withOptions({ numClasses: 2, inChannels: 3 }),
  },
  'no number of classes': { ...smallCard, ...withOptions({}) },
  'another size': { ...smallCard, ...withOptions({ numClasses: 2, imageSize: 28 }) },
  'no transform': { ...smallCard, transform: undefined },
  'a transform that is a text': { ...smallCard, transform: 'ToTensor' },
  'a grey background': { ...smallCard, background: 'grey' },
  'temperature 0': { ...smallCard, temperature: 0 },
  'a temperature that is a text': { ...smallCard, temperature: '2' },
  'a licence that is a number': { ...smallCard, license: 4 },
};
for (const [name, card] of Object.entries(broken))
  test(`${name} is refused by both`, () => {
    assert.throws(() => inNode(card), TypeError);
    assert.throws(() => inPage(card), TypeError);
  });

test('what a page cannot do, the code of a recipe, it refuses by name', () => {
  const code = { path: 'mine.ts', sha256: '0'.repeat(64), gives: ['model'] };
  assert.doesNotThrow(() => inNode({ ...smallCard, code }));
  assert.throws(
    () => inPage({ ...smallCard, code }),
    /by code in 'mine\.ts', which a page does not run/,
  );
});
