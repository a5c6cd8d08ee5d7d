import { show } from '../../core/outside-text.js';

/** A setting's value as it is written on the command line; `–` where there is none. */
export function valueText(value: unknown): string {
  if (value === undefined) return '–';
  if (value === null) return 'none';
  return typeof value === 'string' ? value : show(value);
}
