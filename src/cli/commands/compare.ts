import type { Command } from 'commander';
import { writeFileAtomic } from '../../io/atomic.js';
import { currentWords } from '../../report/language/choice.js';
import type { Language } from '../../report/language/words.js';
import { compare } from '../../runs/compare/compare.js';
import { comparePage, comparePicture } from '../../runs/compare/page.js';
import { groupLines, stateLines } from '../../runs/compare/rows.js';
import { runTable, settingTable } from '../compare-report.js';
import { applyLanguage, langOption } from '../lang-option.js';
import { jsonOption } from '../options.js';
import { outOption } from '../out-option.js';
import { printJson, printLine, wrapped } from '../output.js';
import { reportFailure } from '../report-error.js';

interface CompareOptions {
  readonly out?: string;
  readonly lang?: Language;
  readonly json?: boolean;
}

export function addCompare(command: Command): void {
  command
    .argument('<run...>', 'run folders')
    .addOption(outOption('file', 'tables and curves as a page (.html), or the curves (.svg)'))
    .addOption(langOption())
    .addOption(jsonOption())
    .action(runCompare);
}

async function runCompare(
  paths: readonly string[],
  { out, lang, json = false }: CompareOptions,
  command: Command,
): Promise<void> {
  if (out !== undefined && !/\.(html|svg)$/i.test(out))
    command.error(`error: --out '${out}' must end in .html or .svg`);
  applyLanguage(lang);
  const comparison = await compare(paths);
  const { unreadable, ...told } = comparison;
  for (const { error } of unreadable) reportFailure(error, command);
  if (out !== undefined) {
    const picture = /\.svg$/i.test(out) ? comparePicture : comparePage;
    await writeFileAtomic(out, picture(comparison, currentWords()));
  }
  if (json) {
    printJson({ ...told, ...(out !== undefined && { out }) });
    return;
  }
  for (const line of runTable(comparison)) printLine(line);
  printLine();
  for (const line of settingTable(comparison)) printLine(line);
  const notes = [...groupLines(comparison), ...stateLines(comparison), ...comparison.notes];
  if (notes.length > 0) printLine();
  for (const note of notes) for (const line of wrapped(note, 2)) printLine(line);
  if (out !== undefined) printLine(`The curves are in ${out}.`);
}
