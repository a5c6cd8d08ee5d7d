import { basename } from 'node:path';
import type { Command } from 'commander';
import { writeFileAtomic } from '../../io/atomic.js';
import { compareSvg } from '../../report/compare-svg.js';
import { tablePageHtml } from '../../report/table-page.js';
import { compare, type RunComparison } from '../../runs/compare/compare.js';
import { runLabel } from '../../runs/compare/notes.js';
import {
  groupLines,
  runRows,
  runTable,
  settingRows,
  settingTable,
  stateLines,
} from '../compare-report.js';
import { jsonOption } from '../options.js';
import { printJson, printLine, wrapped } from '../output.js';
import { reportFailure } from '../report-error.js';

interface CompareOptions {
  readonly output?: string;
  readonly json?: boolean;
}

export function addCompare(command: Command): void {
  command
    .argument('<run...>', 'run folders')
    .option('-o, --output <file>', 'tables and curves as a page (.html), or the curves (.svg)')
    .addOption(jsonOption())
    .action(runCompare);
}

async function runCompare(
  paths: readonly string[],
  { output, json = false }: CompareOptions,
  command: Command,
): Promise<void> {
  if (output !== undefined && !/\.(html|svg)$/i.test(output))
    command.error(`error: --output '${output}' must end in .html or .svg`);
  const comparison = await compare(paths);
  const { unreadable, ...told } = comparison;
  for (const { error } of unreadable) reportFailure(error, command);
  if (output !== undefined) await writeFileAtomic(output, pictureOf(comparison, output));
  if (json) {
    printJson({ ...told, ...(output !== undefined && { output }) });
    return;
  }
  for (const line of runTable(comparison)) printLine(line);
  printLine();
  for (const line of settingTable(comparison)) printLine(line);
  const notes = [...groupLines(comparison), ...stateLines(comparison), ...comparison.notes];
  if (notes.length > 0) printLine();
  for (const note of notes) for (const line of wrapped(note, 2)) printLine(line);
  if (output !== undefined) printLine(`The curves are in ${output}.`);
}

function pictureOf(comparison: RunComparison, output: string): string {
  const svg = compareSvg(curvesOf(comparison), 'Held out of training');
  if (/\.svg$/i.test(output)) return svg;
  const { runs, notes, unreadable } = comparison;
  return tablePageHtml({
    title: `${runs.length} ${runs.length === 1 ? 'run' : 'runs compared'}`,
    facts: notes,
    sections: [
      {
        heading: 'Runs',
        rows: runRows(comparison),
        notes: [...groupLines(comparison), ...stateLines(comparison)],
      },
      {
        heading: 'What differs',
        ...(comparison.differing.length === 0
          ? { notes: ['No setting differs.'] }
          : { rows: settingRows(comparison) }),
      },
      { heading: 'Curves', svg },
      ...(unreadable.length === 0
        ? []
        : [{ heading: 'Not compared', notes: unreadable.map(({ error }) => error.message) }]),
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
