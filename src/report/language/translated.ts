/** What a line becomes: a text with `$1` for what its pattern has found, or a function of that. */
type Chinese = string | ((...found: (string | undefined)[]) => string);

/** English lines by their patterns, the first that fits counts, and their Chinese. */
export type LinesInChinese = readonly (readonly [english: RegExp, chinese: Chinese])[];

/** A line in Chinese; null where no pattern fits. */
export function translated(text: string, lines: LinesInChinese): string | null {
  const found = lines.find(([english]) => english.test(text));
  if (found === undefined) return null;
  const [english, chinese] = found;
  return typeof chinese === 'string'
    ? text.replace(english, chinese)
    : chinese(...(english.exec(text) ?? []));
}
