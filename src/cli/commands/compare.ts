import { basename } from 'node:path';
import type { Command } from 'commander';
import { writeFileAtomic } from '../../io/atomic.js';
import { compareSvg } from '../../report/compare-svg.js';
import { currentWords } from '../../report/language/choice.js';
import type { Language } from '../../report/language/words.js';
import { tablePageHtml } from '../../report/table-page.js';
import { compare, type RunComparison } from '../../runs/compare/compare.js';
import { compareNotes, runLabel } from '../../runs/compare/notes.js';
import {
  groupLines,
  runRows,
  runTable,
  settingRows,
  settingTable,
  stateLines,
} from '../compare-report.js';
import { applyLanguage, langOption } from '../lang-option.js';
import { jsonOption, outOption } from '../options.js';
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
  if (out !== undefined) await writeFileAtomic(out, pictureOf(comparison, out));
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

function pictureOf(comparison: RunComparison, out: string): string {
  const words = currentWords();
  const { compare: said } = words;
  const svg = compareSvg(curvesOf(comparison), said.heldOut);
  if (/\.svg$/i.test(out)) return svg;
  const { runs, unreadable } = comparison;
  return tablePageHtml({
    title: said.title(runs.length),
    facts: compareNotes(runs, words),
    sections: [
      {
        heading: said.runs,
        rows: runRows(comparison, said),
        notes: [...groupLines(comparison, said), ...stateLines(comparison, said)],
      },
      {
        heading: said.differing,
        ...(comparison.differing.length === 0
          ? { notes: [said.noneDiffers] }
          : { rows: settingRows(comparison, said) }),
      },
      { heading: said.curves, svg },
      ...(unreadable.length === 0
        ? []
        : [{ heading: said.notCompared, notes: unreadable.map(({ error }) => error.message) }]),
    ],
  });
}

function curvesOf({ runs, groups }: RunComparison) {
  return runs.map(({ path, curve }, i) => ({
    name: `${runLabel(i)} ${basename(path)}`,
    group: groups.findIndex((group) => group.runs.includes(i)),
    points: curve,
  }));
}
