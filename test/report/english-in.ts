/** English that is left in a page or picture of another language: two words in a row, outside of scripts, styles, commands and names. */
export function englishIn(markup: string, names: readonly string[] = []): string[] {
  const bare = markup
    .replace(/<(script|style|code)\b[\s\S]*?<\/\1>/g, ' ')
    .replace(/ (?:alt|title|aria-label)="([^"]*)"/g, '>$1<')
    .replace(/<[^>]*>/g, '\n');
  const text = names.reduce((left, name) => left.replaceAll(name, '…'), bare);
  return text.match(/[a-z]{2,}(?: [a-z]{2,})+/gi) ?? [];
}
