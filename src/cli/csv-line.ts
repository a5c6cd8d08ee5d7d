/**
 * Fields as a line of CSV (RFC 4180), without its end. null is an empty field. Texts that a spreadsheet would take for formulas
 * (`=…`, for one) get an apostrophe in front: names of classes and files come from whoever made the pictures.
 */
export function csvLine(fields: readonly (string | number | boolean | null)[]): string {
  return fields
    .map((field) => quoted(typeof field === 'string' ? asText(field) : String(field ?? '')))
    .join(',');
}

/** Signs that begin formulas, full-width ones too, with something after them; blanks may stand before. */
const formula = /^\s*[=+\-@＝＋－＠]./su;

function asText(text: string): string {
  const isNumber = /^[+-]?\d+(\.\d+)?$/.test(text);
  return formula.test(text) && !isNumber ? `'${text}` : text;
}

function quoted(text: string): string {
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
