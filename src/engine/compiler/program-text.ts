import type { Draft } from './draft.js';
import type { Phase } from './phase.js';

/** Phases that run one after another, and after which of them is a barrier. */
export interface Run {
  readonly phases: readonly Phase[];
  readonly barriers: readonly boolean[];
}

/**
 * A plan as text: one line per phase, `·` where the threads run on without a barrier, then what it costs. Phases that run only
 * when what they read has changed come first, marked `once`.
 */
export function formatProgram(
  draft: Draft,
  preparations: readonly Run[],
  run: Run,
  bytes: number,
): string {
  const linesOf = ({ phases, barriers }: Run, mark: string) =>
    phases.map(
      ({ kernel, note }, i) =>
        `${kernel.padEnd(24)} ${barriers[i] === true ? '|' : '·'} ${mark}${note}`,
    );
  const lines = [...preparations.flatMap((once) => linesOf(once, 'once: ')), ...linesOf(run, '')];
  const barriers = [...preparations, run].flatMap(({ barriers }) => barriers);
  const references = draft.hostCalls.filter(({ outputs }) => outputs.length > 0);
  const count = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`;
  lines.push(
    [
      count(draft.phases.length, 'phase'),
      count(barriers.filter(Boolean).length, 'barrier'),
      count(draft.conversions, 'layout conversion'),
      count(references.length, 'reference kernel'),
      `${(bytes / 2 ** 20).toFixed(1)} MiB`,
    ].join(', '),
  );
  return lines.join('\n');
}
