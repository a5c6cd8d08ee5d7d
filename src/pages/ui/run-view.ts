/** One run: what has become of it, its curves while it trains, its pictures and settings. */
import { accuracyChart, type CurvePoint, lossChart } from '../../report/charts/curves.js';
import { ratesChart, stepsChart } from '../../report/charts/steps.js';
import type { RunEvents, RunRow } from '../../ui/protocol.js';
import { element } from '../element.js';
import { clock, percent } from './format.js';
import { liveChart } from './live-chart.js';
import { fillDetails } from './run-details-view.js';
import { of, subscribe } from './server.js';
import { steeringView } from './steering-view.js';
import type { View } from './view.js';
import type { PageWords } from './words.js';

/** Steps that the page keeps; of more, every other. */
const mostSteps = 40_000;

/** How often charts are drawn at most. */
const drawMs = 250;

export function runView(name: string, control: boolean, words: PageWords): View {
  const lost = element('p', { className: 'problem', attributes: { role: 'alert' } });
  const state = element('p', { attributes: { 'aria-live': 'polite' } });
  const bar = element('progress', { hidden: true });
  const facts = element('p', { className: 'quiet' });
  const pictures = element('div', { className: 'pictures' });
  const details = element('section');
  const steering = steeringView(name, control, words);
  const hint = element('p', { className: 'quiet' }, words.noSteps);
  const charts = {
    accuracy: liveChart('accuracy'),
    loss: liveChart('loss'),
    steps: liveChart('steps'),
    rates: liveChart('rates'),
  };
  const boxes = Object.values(charts);
  const curves = new CurveData();
  let row: RunRow | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let hasDetails = false;
  let isGone = false;

  const draw = () => {
    timer = undefined;
    const { points, step, loss, lr } = curves;
    hint.textContent = points.length > 0 ? '' : step.length > 0 ? words.firstEpoch : words.noSteps;
    if (points.length > 0) {
      const test = row?.test == null ? null : { loss: Number.NaN, accuracy: row.test };
      const shown = { points, best: row?.best?.epoch ?? null, test };
      charts.accuracy.show(accuracyChart(shown, words));
      charts.loss.show(lossChart(shown, words));
    }
    if (step.length === 0) return;
    charts.steps.show(stepsChart({ step, loss, lr }, words));
    charts.rates.show(ratesChart({ step, loss, lr }, words));
  };
  const drawSoon = () => {
    timer ??= setTimeout(draw, drawMs);
  };
  const showRow = (now: RunEvents['row']) => {
    row = now;
    isGone = now === null;
    lost.textContent = isGone ? words.gone : '';
    if (now === null) return;
    steering.showRow(now);
    const { epochs, within } = now;
    state.replaceChildren(
      element('span', { className: `state ${now.state}` }, words.states[now.state]),
      ...(now.reason === null ? [] : [': ', element('bdi', {}, now.reason)]),
    );
    bar.hidden = now.state !== 'running';
    bar.max = Math.max(1, epochs.planned);
    bar.value = epochs.done + within;
    bar.setAttribute('aria-label', words.epochOf(epochs.done, epochs.planned));
    facts.textContent = factsOf(now, words).join(' · ');
    if (!hasDetails && now.model !== '') {
      hasDetails = true;
      void fillDetails(details, name, words);
    }
    drawSoon();
  };
  const subscription = subscribe(
    `api/run/events?${of(name)}`,
    {
      row: showRow,
      lines: (lines: RunEvents['lines']) => {
        curves.add(lines);
        drawSoon();
      },
      problem: (text: RunEvents['problem']) => {
        lost.textContent = text;
      },
      steering: (done: RunEvents['steering']) => steering.showDone(done),
      pictures: (files: RunEvents['pictures']) => showPictures(pictures, name, files, words),
    },
    (connected) => {
      if (!isGone) lost.textContent = connected ? '' : words.lost;
    },
  );
  return {
    title: name,
    element: element(
      'section',
      {},
      element('p', {}, element('a', { href: '#/' }, words.all)),
      element('h1', {}, element('bdi', {}, name)),
      lost,
      state,
      bar,
      facts,
      steering.element,
      element('h2', {}, words.curves),
      hint,
      element('div', { className: 'charts' }, ...boxes.map((box) => box.element)),
      pictures,
      details,
    ),
    close() {
      clearTimeout(timer);
      subscription.close();
      for (const box of boxes) box.close();
    },
  };
}

/** What has been heard of a run's numbers. */
class CurveData {
  points: CurvePoint[] = [];
  step: number[] = [];
  loss: number[] = [];
  lr: number[] = [];

  add({ reset, metrics, steps }: RunEvents['lines']): void {
    if (reset) Object.assign(this, new CurveData());
    for (const [i, line] of metrics.entries()) {
      const heldOut = metrics[i + 1];
      if (line.split !== 'train' || heldOut === undefined || heldOut.split === 'train') continue;
      this.points.push({ ...line, train: line, split: heldOut.split, heldOut });
    }
    for (const [step, loss, lr] of steps) {
      this.step.push(step);
      this.loss.push(loss);
      this.lr.push(lr);
    }
    if (this.step.length <= mostSteps) return;
    const half = (values: readonly number[]) => values.filter((_, i) => i % 2 === 0);
    [this.step, this.loss, this.lr] = [half(this.step), half(this.loss), half(this.lr)];
  }
}

function factsOf(row: RunRow, words: PageWords): string[] {
  const { epochs, best, test, leftMs, durationMs, recipe, model } = row;
  return [
    ...[recipe, model].filter((text) => text !== ''),
    words.epochOf(epochs.done, epochs.planned),
    ...(best === null ? [] : [words.bestIs(percent(best.accuracy), best.epoch)]),
    ...(test === null ? [] : [words.testIs(percent(test))]),
    words.took(clock(durationMs)),
    ...(leftMs === null ? [] : [words.left(clock(leftMs))]),
  ];
}

function showPictures(
  box: HTMLElement,
  run: string,
  files: RunEvents['pictures'],
  words: PageWords,
): void {
  const address = (file: string, version: string) =>
    `api/run/file?${of(run)}&${new URLSearchParams({ file, version })}`;
  const report = files.find(({ file }) => file === 'report.html');
  const images = files.filter(({ file }) => file !== 'report.html');
  box.replaceChildren(
    ...images.map(({ file, version }) => {
      const src = address(file, version);
      const alt = words.pictureNames[file] ?? file;
      return element('a', { href: src, target: '_blank' }, element('img', { src, alt }));
    }),
    ...(report === undefined
      ? []
      : [
          element(
            'p',
            {},
            element(
              'a',
              { href: address(report.file, report.version), target: '_blank' },
              words.report,
            ),
          ),
        ]),
  );
}
