/** Pictures of learning rates say what their axes are, in the language that is chosen. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { languages } from '../../src/report/language/words.js';
import { lrFindSvg, scheduleSvg } from '../../src/report/rate-charts.js';
import { englishIn } from './english-in.js';

test('axes and titles of a schedule and of a search', () => {
  for (const [language, rate, loss, epoch] of [
    ['en', 'learning rate', 'Loss', 'epoch'],
    ['zh', '学习率', '损失', '轮次'],
  ] as const) {
    const words = languages[language];
    const schedule = scheduleSvg([0.1, 0.05], 1, words.schedule('digits', 'cosine'), words);
    const search = lrFindSvg(
      [1e-3, 1e-2],
      [1, 2],
      { valley: 1e-3 },
      words.lossByRate('digits', 'SGD'),
      words,
    );
    for (const text of [rate, epoch]) assert.ok(schedule.includes(`>${text}</text>`), text);
    for (const text of [rate, loss]) assert.ok(search.includes(`>${text}</text>`), text);
    assert.match(schedule, /digits.*cosine/);
    assert.match(search, /digits.*SGD/);
    if (language === 'zh')
      assert.deepEqual(
        [schedule, search].flatMap((svg) => englishIn(svg)),
        [],
      );
  }
  assert.match(languages.en.schedule('digits', null), /constant/);
});
