import { wilson } from '../../metrics/wilson.js';
import { htmlText } from '../html.js';
import type { Words } from '../language/words.js';
import { name, percentOf } from './parts.js';
import type { ReportScores, RunReport } from './run-report.js';

/** The result in a sentence, and how it came about in another. */
export function resultSection(report: RunReport, words: Words): string {
  const { scores, split, ended, model, record, recipe } = report;
  const { best } = record.curves;
  const result =
    scores === null
      ? words.notMeasured
      : words.result({
          split: words.splits[split],
          samples: scores.samples.toLocaleString(words.code),
          accuracy: percentOf(scores.accuracy),
          interval: intervalOf(scores).map(percentOf),
        });
  const more =
    scores === null
      ? ''
      : words.more(percentOf(scores.balancedAccuracy), percentOf(scores.macroF1));
  const how = words.how({
    model: model.name,
    parameters: model.parameters?.toLocaleString(words.code) ?? null,
    pretrained: model.pretrained,
    input: model.inputShape.join('×'),
    recipe,
    epochs: ended.epochs,
    wanted: ended.wanted,
    best,
    minutes: ended.durationMs === null ? null : duration(ended.durationMs),
  });
  const chosen = split === 'test' && record.curves.points[0]?.split === 'test' && best !== null;
  return [
    `<p class="result">${name(result)}</p>`,
    ...[more, how].filter((text) => text !== '').map((text) => `<p>${name(text)}</p>`),
    ...(chosen ? [`<p class="quiet">${htmlText(words.chosenByTest)}</p>`] : []),
    ...(ended.failed === null
      ? []
      : [`<p class="warning">${name(words.failed(ended.failed))}</p>`]),
    ...(ended.stopped
      ? [`<p class="warning">${htmlText(words.stopped(ended.epochs, ended.wanted))}</p>`]
      : []),
  ].join('\n');
}

function intervalOf({ accuracy, samples }: ReportScores): number[] {
  const { low, high } = wilson(Math.round(accuracy * samples), samples);
  return [low, high];
}

/** `1:02:03`, `2:03` */
function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const [hours = 0, minutes = 0, rest = 0] = parts;
  const two = (n: number) => String(n).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}
