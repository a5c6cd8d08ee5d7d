/** The languages of pictures and pages. */
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { currentLanguage, useLanguage } from '../../src/report/language/choice.js';
import { languageNames, languages } from '../../src/report/language/words.js';

/** Every text of a table of words, those of functions with samples for what they are told. */
function texts(value: unknown, path = ''): [path: string, text: string][] {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value === 'function') return [[path, String(value(...samples(path)))]];
  return Object.entries(value as object).flatMap(([key, inner]) => texts(inner, `${path}.${key}`));
}

const samples = (path: string): unknown[] => {
  if (path === '.result')
    return [{ split: '1', samples: '2', accuracy: '3', interval: ['4', '5'] }];
  if (path === '.how') {
    const told = { model: '1', parameters: '2', pretrained: '3', input: '4', recipe: '5' };
    return [{ ...told, epochs: 6, wanted: 7, best: 8, minutes: '9' }];
  }
  if (path === '.gallery.whyClass') return ['1', 'true', '3'];
  if (path === '.compare.seeds') return ['1', 'val', '3', 4];
  if (path === '.embed.held') return [['1', '2']];
  return ['1', '2', '3', '4'];
};

/** Names, commands and files are the same in all languages. */
const names =
  /wick( report| train)?( --resume)?|Node|SHA-256|F1|ROC|TPE|UMAP|Grad-CAM|JavaScript|curves\.svg|[%0-9]/g;

test('every word has its Chinese, with nothing of English in it but names', () => {
  for (const [path, text] of texts(languages.zh)) {
    if (path === '.code') continue;
    const rest = text.replace(names, '');
    assert.doesNotMatch(rest, /[a-z]{2}/i, `${path}: ${text}`);
    if (/\p{L}/u.test(rest)) assert.match(rest, /\p{Script=Han}/u, `${path}: ${text}`);
  }
  const english = texts(languages.en);
  assert.deepEqual(
    texts(languages.zh)
      .map(([path]) => path)
      .sort(),
    english.map(([path]) => path).sort(),
  );
  for (const [path, text] of english) assert.doesNotMatch(text, /\p{Script=Han}/u, path);
});

const { WICK_LANG } = process.env;
afterEach(() => {
  if (WICK_LANG === undefined) delete process.env.WICK_LANG;
  else process.env.WICK_LANG = WICK_LANG;
});

test('the language is the one that is chosen, that of the environment, or English', () => {
  delete process.env.WICK_LANG;
  assert.equal(currentLanguage(), 'en');
  process.env.WICK_LANG = '';
  assert.equal(currentLanguage(), 'en');
  process.env.WICK_LANG = 'zh';
  assert.equal(currentLanguage(), 'zh');
  process.env.WICK_LANG = 'zh_CN.UTF-8';
  assert.throws(currentLanguage, /^ValueError: WICK_LANG: 'zh_CN.UTF-8', en or zh is required$/);
  useLanguage('en');
  assert.equal(currentLanguage(), 'en');
  assert.deepEqual(languageNames, Object.keys(languages));
  assert.throws(() => useLanguage('de' as 'en'), /language='de' must be one of en, zh/);
});
