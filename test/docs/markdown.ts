import { readdirSync, readFileSync } from 'node:fs';

/** A fenced block of a page. */
export interface Block {
  /** The page and the line of its fence. */
  readonly where: string;
  readonly language: string;
  /** What follows the language: `no-run` for code that is only checked. */
  readonly notes: readonly string[];
  readonly text: string;
}

/** All pages that users read, from the repository's root. */
export const pages: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync('docs').flatMap((file) => (file.endsWith('.md') ? [`docs/${file}`] : [])),
];

const smaller = /^\s*<!-- test: replace (.+) with (.+) -->$/;

/** The fenced blocks of a page; a comment `test: replace A with B` before one makes it small enough for a test. */
export function blocksOf(page: string): Block[] {
  const lines = readFileSync(page, 'utf8').split('\n');
  const blocks: Block[] = [];
  let replacements: [string, string][] = [];
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? '';
    const [, a, b] = smaller.exec(line) ?? [];
    if (a !== undefined && b !== undefined) replacements.push([a, b]);
    const [, indent = '', info] = /^(\s*)```(\w.*)$/.exec(line) ?? [];
    if (info === undefined) continue;
    const end = lines.indexOf(`${indent}\`\`\``, i);
    const inner = lines.slice(i + 1, end).map((text) => text.slice(indent.length));
    let text = inner.join('\n');
    for (const [from, to] of replacements) {
      if (!text.includes(from)) throw new Error(`${page}:${i + 1} has no '${from}' to replace`);
      text = text.replaceAll(from, to);
    }
    const [language = '', ...notes] = info.trim().split(/\s+/);
    blocks.push({ where: `${page}:${i + 1}`, language, notes, text });
    replacements = [];
    i = end;
  }
  return blocks;
}
