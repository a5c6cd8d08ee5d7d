import { withoutRemedy } from '../../core/without-remedy.js';
import type { Task } from '../../recipes/recipe.js';
import type { FoundInData, SplitCounts } from '../../report/page/run-report.js';
import { type DataReport, inspect } from '../../vision/inspect/inspect.js';
import { classCounts } from '../class-weights.js';

/** How many pictures of each class the parts of a task have. */
export function splitCounts({ train, val, test, classes }: Task): SplitCounts[] {
  const parts = Object.entries({ train, ...(val && { val }), test });
  return parts.map(([name, dataset]) => ({
    name,
    samples: dataset.length,
    counts: dataset.targets === undefined ? null : classCounts(dataset, classes.length),
  }));
}

/** Files that are looked at without being asked for. */
const fewFiles = 300;

/** Whether a look at all pictures takes less than a second: they are in memory, or few. */
export function isQuickToLookAt({ pictures }: Pick<Task, 'pictures'>): boolean {
  const files = pictures.filter(({ dataset }) => dataset.pathOf?.(0) !== undefined);
  return files.reduce((sum, { dataset }) => sum + dataset.length, 0) <= fewFiles;
}

/** What is wrong with a task's files. Each is read in full. */
export async function findInData(
  { pictures }: Pick<Task, 'pictures'>,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<FoundInData> {
  const { corrupt, tiny, duplicates } = await inspect(pictures, { onProgress });
  const groups = (found: DataReport['duplicates']) =>
    found.map(({ members }) => ({
      copies: members.map(({ split, name, label }) => ({ split, name, label })),
    }));
  const faults = (found: DataReport['corrupt']) =>
    found.map(({ name, detail }) => ({ name, fault: withoutRemedy(detail) }));
  const inOneClass = duplicates.filter((group) => !group.acrossClasses && !group.acrossSplits);
  return {
    kinds: [
      { kind: 'corrupt', files: faults(corrupt) },
      { kind: 'leaks', files: groups(duplicates.filter((group) => group.acrossSplits)) },
      {
        kind: 'twoClasses',
        files: groups(duplicates.filter((group) => group.acrossClasses && !group.acrossSplits)),
      },
      { kind: 'duplicates', files: groups(inOneClass) },
      { kind: 'tiny', files: faults(tiny) },
    ],
  };
}
