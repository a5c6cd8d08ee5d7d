import { element } from '../element.js';
import { type Saying, text } from '../language/say.js';

export interface Choice<V extends string> {
  readonly element: HTMLElement;
  readonly chosen: V;
}

/** A labelled list to choose from, of which the first is chosen. */
export function choice<const V extends string>(
  id: string,
  label: Saying,
  options: readonly (readonly [V, Saying])[],
): Choice<V> {
  const values = options.map(([value]) => value);
  const chooser = element(
    'select',
    { id },
    ...options.map(([value, saying]) => element('option', { value }, text(saying))),
  );
  return {
    element: element(
      'p',
      { className: 'row' },
      element('label', { htmlFor: id }, text(label)),
      chooser,
    ),
    get chosen() {
      return values[chooser.selectedIndex] as V; // one is always chosen
    },
  };
}
