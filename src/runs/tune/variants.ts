/**
 * Which settings there are depends on others: `optimizer.momentum` is SGD's, `schedule.gamma` some schedules'. A setting that
 * is searched and has no place in a trial is left out of it.
 */
import { isPlain } from '../../core/options.js';
import { keysAt } from '../../recipes/settings/keys.js';
import type { Settings } from '../../recipes/settings/schema.js';
import type { Values } from './space.js';

/** The sections that have one of several forms, and the form they have: `{ optimizer: 'sgd' }`. */
export function variantsOf(settings: Settings): Record<string, string> {
  return Object.fromEntries(
    Object.entries(settings).flatMap(([section, value]) => {
      const name = isPlain(value) ? (value as { readonly name?: unknown }).name : undefined;
      return keysAt(`${section}.name`).length > 0 && typeof name === 'string'
        ? [[section, name]]
        : [];
    }),
  );
}

/** The values that have a place beside each other; `usual` are the forms of sections that no value chooses. */
export function activeValues(values: Values, usual: Readonly<Record<string, string>>): Values {
  return Object.fromEntries(
    Object.entries(values).filter(([key]) => {
      const forms = formsWith(key);
      if (forms.length === 0) return true;
      const section = sectionOf(key);
      const form = values[`${section}.name`] ?? values[section] ?? usual[section];
      return forms.includes(String(form));
    }),
  );
}

/** The forms of its section that have a setting; none where it does not depend on the form. */
export function formsWith(key: string): string[] {
  const known = keysAt(key);
  return known.some(({ of }) => of === null) ? [] : known.flatMap(({ of }) => of ?? []);
}

/** `optimizer` of `optimizer.momentum`. */
export function sectionOf(key: string): string {
  return key.split('.')[0] ?? key;
}
