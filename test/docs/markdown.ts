import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A fenced block of a page. */
export interface Block {
  /** The page and the line of its fence. */
  readonly where: string;
  readonly language: string;
  /** What follows the language: `no-run` for code that is only checked, `goes-on` for what belongs to the program of the block before. */
  readonly notes: readonly string[];
  readonly text: string;
}

/** All pages that users read, from the repository's root. */
export const pages: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => join('docs', file).replaceAll('\\', '/')),
];

/** Those whose code needs data, few of which their tests make. */
export const isTutorial = (page: string): boolean => page.includes('tutorials/');

/** Those in Chinese say what others do, code included; a test holds them to it. */
export const isTranslation = (page: string): boolean => page.startsWith('docs/zh/tutorials/');

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

/** The programs of a page: each `ts` block, with those after it that go on where it ends. */
export function programsOf(page: string): Block[] {
  const programs: Block[] = [];
  for (const block of blocksOf(page).filter(({ language }) => language === 'ts')) {
    const before = programs.at(-1);
    if (!block.notes.includes('goes-on')) programs.push(block);
    else if (before === undefined) throw new Error(`${block.where} goes on where nothing is`);
    else programs[programs.length - 1] = { ...before, text: `${before.text}\n${block.text}` };
  }
  return programs;
}
