import { printable } from '../core/outside-text.js';
import { element } from './element.js';

/** A class with its probability, 0–1. */
export interface Bar {
  readonly label: string;
  readonly probability: number;
}

export interface Bars {
  readonly element: HTMLElement;
  /** Shows the classes in their order; those of a model that is unsure are grey. */
  show(bars: readonly Bar[], unsure: boolean): void;
}

/** Classes as a list: name, percentage, and a bar as long. */
export function barList(): Bars {
  const list = element('ol', { className: 'bars' });
  return {
    element: list,
    show(bars, unsure) {
      list.classList.toggle('unsure', unsure);
      list.replaceChildren(
        ...bars.map(({ label, probability }) => {
          const fill = element('span', { className: 'fill' });
          fill.style.width = `${100 * probability}%`;
          return element(
            'li',
            {},
            element('bdi', {}, printable(label)),
            element('span', { className: 'share' }, percent(probability)),
            element('span', { className: 'bar', attributes: { 'aria-hidden': 'true' } }, fill),
          );
        }),
      );
    },
  };
}

/** `98.2%`; what is not quite all or nothing does not look so. */
export function percent(probability: number): string {
  if (probability > 0 && probability < 0.001) return '<0.1%';
  if (probability > 0.999 && probability < 1) return '>99.9%';
  return `${(100 * probability).toFixed(1)}%`;
}
