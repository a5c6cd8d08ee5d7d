/** `report.html`: a run on one page that loads nothing, whatever names are in it. */
import { shellWord } from '../../core/shell-word.js';
import { chartScript, withPrintable } from '../echarts.js';
import { htmlPage, htmlText, inlineData } from '../html.js';
import type { Words } from '../language/words.js';
import { runCharts } from '../run-charts.js';
import { clientScript } from './client-script.js';
import { dataSection } from './data-section.js';
import { facts, name, section, table } from './parts.js';
import { galleries, reasons } from './picture-sections.js';
import { resultSection } from './result-section.js';
import type { RunReport } from './run-report.js';
import { style } from './style.js';

/** The page. */
export function reportPage(report: RunReport, words: Words): string {
  const { record, answers } = report;
  const charts = runCharts(record, words);
  const live = Object.entries(charts).filter(([key]) => key !== 'confusion' && key !== 'classes');
  const keys = live.map(([key]) => key);
  const body = [
    `<h1>${name(record.name)}</h1>`,
    `<noscript><p class="warning">${htmlText(words.noScript)}</p></noscript>`,
    resultSection(report, words),
    settingsSection(report, words),
    dataSection(report, words),
    section(
      words.curves,
      chartBoxes(keys.filter((key) => ['accuracy', 'loss', 'steps', 'rates'].includes(key))),
    ),
    ...(charts.confusion === undefined
      ? []
      : [
          section(
            words.mistakes,
            [
              `<p>${htmlText(words.clickACell)}</p>`,
              '<div class="beside">',
              chartBoxes(['confusion']),
              '<div id="cell" aria-live="polite"></div>',
              '</div>',
              chartBoxes(['classes']),
            ].join('\n'),
          ),
        ]),
    galleries(report, words),
    ...(charts.reliability === undefined
      ? []
      : [section(words.trust, chartBoxes(['reliability', 'roc', 'precisionRecall']))]),
    reasons(report, words),
    notesSection(report, words),
    section(
      words.environment,
      table(report.environment.map(({ of, value }) => [words.environmentOf[of], value])),
    ),
    repeatSection(report, words),
  ];
  const data = {
    charts: withPrintable(charts),
    classes: record.classes.map((text) => withPrintable(text)),
    answers: answers.map(({ url, name: file, ...numbers }) => ({
      ...numbers,
      url,
      name: withPrintable(file),
    })),
    words: {
      takenFor: words.takenForOne,
      rest: words.noPictures,
    },
  };
  return htmlPage(record.name, style, body.filter((part) => part !== '').join('\n'), {
    language: words.code,
    scripts: [chartScript(), clientScript()],
    data: inlineData(data),
  });
}

function chartBoxes(keys: readonly string[]): string {
  const boxes = keys.map((key) => `<div class="chart ${key}" data-chart="${key}"></div>`);
  return `<div class="charts">${boxes.join('')}</div>`;
}

function settingsSection({ settings }: RunReport, words: Words): string {
  const rows = settings.map(({ key, value, usual }) => [key, value, usual]);
  if (rows.length === 0) return section(words.settings, `<p>${htmlText(words.allUsual)}</p>`);
  return section(words.settings, table(rows, [words.setting, words.value, words.usual]));
}

function notesSection({ findings, notes }: RunReport, words: Words): string {
  const all = [...findings, ...notes].map((text) => words.note(text));
  if (all.length === 0) return section(words.notes, `<p>${htmlText(words.noNotes)}</p>`);
  return section(words.notes, `<ul>${all.map((text) => `<li>${name(text)}</li>`).join('')}</ul>`);
}

function repeatSection({ path, ended }: RunReport, words: Words): string {
  const quoted = shellWord(path);
  const goOn = ended.stopped || ended.failed !== null;
  const commands = [
    ...(goOn ? [[`npx wick train --resume ${quoted}`, words.toGoOn]] : []),
    [`npx wick reproduce ${quoted}`, words.toRepeat],
    [`npx wick train --config ${quoted}/config.json`, words.toTrainAnew],
    [`npx wick evaluate ${quoted}`, words.toEvaluate],
    [`npx wick predict ${quoted} IMAGE…`, words.toPredict],
  ];
  return section(words.repeat, facts(commands));
}
