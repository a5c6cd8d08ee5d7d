/**
 * Attributes as text: JSON but for what JSON cannot say, for NaN, ±Infinity and −0 stay apart. Calls whose attributes
 * have one text are the same call, so plans may be known by it. As fast as JSON.stringify, which matters to eager ops.
 */
export function attrsText(value: unknown): string {
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : `${value}`;
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value !== 'object' || value === null) return String(value);
  let text = '';
  if (Array.isArray(value)) {
    for (const item of value) text += `${text === '' ? '' : ','}${attrsText(item)}`;
    return `[${text}]`;
  }
  const fields = value as Readonly<Record<string, unknown>>; // an object is one of fields
  for (const name in fields)
    text += `${text === '' ? '' : ','}"${name}":${attrsText(fields[name])}`;
  return `{${text}}`;
}
