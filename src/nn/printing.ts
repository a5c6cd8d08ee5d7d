/** Values as Python prints them, so that a model prints as it does in PyTorch. */

type Printable = number | string | boolean | null | readonly number[];

/** `1e-05`, `True`, `None`, `(3, 3)`, `(5,)`. */
export function python(value: Printable): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return pythonNumber(value);
  return `(${value.map(pythonNumber).join(', ')}${value.length === 1 ? ',' : ''})`;
}

/** `eps=1e-05, affine=True`. */
export function keywords(values: Readonly<Record<string, Printable>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${python(value)}`)
    .join(', ');
}

/** Python changes to exponents below 1e-4, JavaScript below 1e-6, and Python writes two digits of them. */
function pythonNumber(value: number): string {
  if (value === 0 || Math.abs(value) >= 1e-4) return String(value);
  return value.toExponential().replace(/e-(\d)$/, 'e-0$1');
}

/** A number that is a float in Python: `1.0`. */
export function pythonFloat(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : pythonNumber(value);
}

/** `text` with every line but the first moved right by two. */
export function indent(text: string): string {
  return text.replaceAll('\n', '\n  ');
}
