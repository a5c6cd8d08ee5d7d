/** The table of all runs. */
import type { RunRow, UiFacts } from '../../ui/protocol.js';
import { element } from '../element.js';
import { clock, percent } from './format.js';
import { subscribe } from './server.js';
import { trainingView } from './training-view.js';
import type { View } from './view.js';
import type { PageWords } from './words.js';

export function runsView(facts: UiFacts, words: PageWords): View {
  const lost = element('p', { className: 'problem', attributes: { role: 'alert' } });
  const body = element('tbody');
  const empty = element(
    'p',
    { hidden: true },
    words.noRuns,
    ' ',
    element('code', {}, 'npx wick train digits'),
  );
  const chosen = new Set<string>();
  const compare = element('a', { className: 'button', hidden: true }, words.compareChosen);
  const showChosen = () => {
    compare.hidden = chosen.size === 0;
    compare.href = `compare?${new URLSearchParams([...[...chosen].map((name) => ['run', name]), ['lang', words.code]])}`;
  };
  const heads = [
    element('th', {}, ''),
    element('th', {}, words.run),
    element('th', { className: 'wide-only' }, words.dataColumn),
    element('th', { className: 'wide-only' }, words.network),
    element('th', {}, words.stateColumn),
    element('th', {}, words.bestColumn),
    element('th', {}, words.epochs),
    element('th', { className: 'wide-only' }, words.time),
  ];
  const table = element(
    'div',
    { className: 'wide' },
    element(
      'table',
      { className: 'runs' },
      element('thead', {}, element('tr', {}, ...heads)),
      body,
    ),
  );
  const rows = new Map<string, { readonly row: HTMLElement; readonly text: string }>();
  const show = (runs: readonly RunRow[]) => {
    empty.hidden = runs.length > 0;
    table.hidden = runs.length === 0;
    for (const name of chosen) if (!runs.some((run) => run.name === name)) chosen.delete(name);
    const wanted = runs.map((run) => {
      const text = JSON.stringify(run);
      const known = rows.get(run.name);
      if (known?.text === text) return known.row; // keeps the focus that is in it
      const focused = document.activeElement;
      const kind = known?.row.contains(focused) ? focused?.tagName : undefined;
      const row = rowOf(run, words, chosen, showChosen);
      rows.set(run.name, { row, text });
      if (kind !== undefined) {
        known?.row.replaceWith(row);
        row.querySelector<HTMLElement>(kind)?.focus();
      }
      return row;
    });
    const same = wanted.every((row, i) => body.children[i] === row);
    if (!same || body.children.length !== wanted.length) body.replaceChildren(...wanted);
    showChosen();
  };
  const subscription = subscribe('api/runs/events', { rows: show }, (connected) => {
    lost.textContent = connected ? '' : words.lost;
  });
  return {
    title: words.runs,
    element: element(
      'section',
      {},
      element('h1', {}, words.runsIn(facts.folder)),
      lost,
      empty,
      table,
      element('p', {}, compare),
      ...(facts.models === null ? [] : [trainingView(facts.models, words)]),
    ),
    close: () => subscription.close(),
  };
}

function rowOf(
  run: RunRow,
  words: PageWords,
  chosen: Set<string>,
  onChoice: () => void,
): HTMLElement {
  const { name, state, best, epochs, within } = run;
  const box = element('input', {
    type: 'checkbox',
    checked: chosen.has(name),
    attributes: { 'aria-label': words.choose(name) },
  });
  box.addEventListener('change', () => {
    if (box.checked) chosen.add(name);
    else chosen.delete(name);
    onChoice();
  });
  const link = element(
    'a',
    { href: `#/run/${encodeURIComponent(name)}` },
    element('bdi', {}, name),
  );
  const bar = element('progress', {
    max: Math.max(1, epochs.planned),
    value: epochs.done + within,
    attributes: { 'aria-label': words.epochOf(epochs.done, epochs.planned) },
  });
  return element(
    'tr',
    {},
    element('td', {}, box),
    element('td', {}, link),
    element('td', { className: 'wide-only' }, element('bdi', {}, run.recipe)),
    element('td', { className: 'wide-only' }, element('bdi', {}, run.model)),
    element('td', {}, element('span', { className: `state ${state}` }, words.states[state])),
    element('td', {}, best === null ? '–' : percent(best.accuracy)),
    element('td', {}, `${epochs.done}/${epochs.planned}`, ...(state === 'running' ? [bar] : [])),
    element('td', { className: 'wide-only' }, clock(run.durationMs)),
  );
}
