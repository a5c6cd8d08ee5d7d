import { confusedPairs } from '../charts/confusion.js';
import { htmlText } from '../html.js';
import type { Words } from '../language/words.js';
import { name, percentOf, section } from './parts.js';
import type { RunReport, ShownAnswer } from './run-report.js';

/** The pairs that are confused most, and the pictures with the highest loss. */
export function galleries({ record, topLosses }: RunReport, words: Words): string {
  const { classes, confusion } = record;
  const pairs = confusion === null ? [] : confusedPairs(confusion, 8);
  const buttons = pairs.map(
    ({ actual, predicted, count }) =>
      `<button type="button" data-actual="${actual}" data-predicted="${predicted}" data-count="${count}">${name(words.takenFor(classes[actual] ?? '', classes[predicted] ?? '', count))}</button>`,
  );
  return [
    section(
      words.confusedPairs,
      buttons.length === 0 ? '' : `<div class="pairs">${buttons.join('')}</div>`,
    ),
    section(
      words.topLosses,
      topLosses.length === 0
        ? ''
        : `<div class="pictures">${topLosses.map((answer) => figure(answer, classes, words)).join('')}</div>`,
    ),
  ].join('\n');
}

function figure(answer: ShownAnswer, classes: readonly string[], words: Words): string {
  const { url, name: file, actual, predicted, probability, loss } = answer;
  const [is = '', taken = ''] = [classes[actual], classes[predicted]];
  return `<figure title="${htmlText(file)}"><img src="${url}" alt="${htmlText(is)}"><figcaption><b>${name(taken)}</b> ${percentOf(probability)} %<br>${htmlText(words.is)} ${name(is)}<br>${htmlText(words.lossOf(loss.toFixed(2)))}</figcaption></figure>`;
}

/** Where the model looked, for right answers and for wrong ones. */
export function reasons({ reasons: all, record }: RunReport, words: Words): string {
  const { classes } = record;
  const part = (heading: string, right: boolean) => {
    const shown = all.filter((reason) => reason.right === right);
    if (shown.length === 0) return '';
    const figures = shown.map(({ url, name: file, actual, predicted, probability }) => {
      const truth = right ? '' : `<br>${htmlText(words.is)} ${name(classes[actual] ?? '')}`;
      return `<figure class="double" title="${htmlText(file)}"><img src="${url}" alt="${htmlText(classes[actual] ?? '')}"><figcaption><b>${name(classes[predicted] ?? '')}</b> ${percentOf(probability)} %${truth}</figcaption></figure>`;
    });
    return `<h3>${htmlText(heading)}</h3><div class="pictures">${figures.join('')}</div>`;
  };
  const content = `${part(words.rightAnswers, true)}${part(words.wrongAnswers, false)}`;
  return section(
    words.reasons,
    content === '' ? '' : `<p>${htmlText(words.aboutReasons)}</p>${content}`,
  );
}
