/** A comparison of runs as a page that is one file. */
import { basename } from 'node:path';
import { compareSvg } from '../../report/compare-svg.js';
import type { Words } from '../../report/language/words.js';
import { tablePageHtml } from '../../report/table-page.js';
import type { RunComparison } from './compare.js';
import { compareNotes, runLabel } from './notes.js';
import { groupLines, runRows, settingRows, stateLines } from './rows.js';

/** The curves of what is held out, as an SVG. */
export function comparePicture(comparison: RunComparison, words: Words): string {
  return compareSvg(curvesOf(comparison), words.compare.heldOut);
}

/** The whole of it, as HTML. */
export function comparePage(comparison: RunComparison, words: Words): string {
  const { compare: said } = words;
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
      { heading: said.curves, svg: comparePicture(comparison, words) },
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
