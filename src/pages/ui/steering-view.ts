/** What was done by hand in a run, and, where the page may, what can be. */
import type { RunEvents, RunRow } from '../../ui/protocol.js';
import { button, element } from '../element.js';
import { of, post, reasonOf } from './server.js';
import type { PageWords } from './words.js';

export interface SteeringView {
  readonly element: HTMLElement;
  /** Only what trains can be steered. */
  showRow(row: RunRow): void;
  showDone(done: RunEvents['steering']): void;
}

export function steeringView(run: string, control: boolean, words: PageWords): SteeringView {
  const done = element('ul', { hidden: true });
  const told = element('p', { className: 'quiet', attributes: { 'aria-live': 'polite' } });
  const ask = async (request: object) => {
    try {
      await post(`api/run/control?${of(run)}`, request);
      told.textContent = words.asked;
    } catch (error) {
      told.textContent = reasonOf(error, words);
    }
  };
  const really = element('span', { className: 'row', hidden: true });
  const stop = button(words.stopAndSave, () => {
    really.hidden = false;
    stop.hidden = true;
    really.querySelector('button')?.focus();
  });
  const decide = (ends: boolean) => () => {
    really.hidden = true;
    stop.hidden = false;
    stop.focus();
    if (ends) void ask({ action: 'stop' });
  };
  really.append(button(words.reallyStop, decide(true)), button(words.goOn, decide(false)));
  const rate = element('input', { type: 'text', inputMode: 'decimal', autocomplete: 'off' });
  const form = element(
    'form',
    { className: 'row' },
    element('label', {}, words.newRate, ' ', rate),
    element('button', {}, words.change),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const lr = Number(rate.value.replace(',', '.'));
    if (rate.value.trim() !== '' && lr > 0 && lr <= 1e6) void ask({ action: 'lr', lr });
    else told.textContent = words.noRate;
  });
  const controls = element(
    'div',
    { hidden: true },
    element('h2', {}, words.steer),
    element('div', { className: 'row' }, stop, really),
    form,
  );
  return {
    element: element('section', {}, controls, told, done),
    showRow({ state, lr }) {
      controls.hidden = !control || state !== 'running';
      if (controls.hidden) told.textContent = '';
      if (lr !== null && document.activeElement !== rate) rate.placeholder = String(lr);
    },
    showDone(entries) {
      done.hidden = entries.length === 0;
      done.replaceChildren(...entries.map((entry) => element('li', {}, textOf(entry, words))));
    },
  };
}

function textOf(entry: RunEvents['steering'][number], { byHand, code }: PageWords): string {
  const time = new Date(entry.at).toLocaleTimeString(code);
  return entry.action === 'stop'
    ? byHand.stop(entry.step, time)
    : byHand.lr(entry.step, time, short(entry.from), short(entry.to));
}

function short(rate: number): string {
  return String(Number(rate.toPrecision(4)));
}
