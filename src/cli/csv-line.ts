/** Fields as a line of CSV (RFC 4180), without its end. null is an empty field. */
export function csvLine(fields: readonly (string | number | boolean | null)[]): string {
  return fields.map((field) => quoted(String(field ?? ''))).join(',');
}

function quoted(text: string): string {
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
