import type { Draft } from './draft.js';

/** A plan as text: one line per phase, `·` where the threads run on without a barrier, then what it costs. */
export function formatProgram(draft: Draft, barriers: readonly boolean[], bytes: number): string {
  const lines = draft.phases.map(
    ({ kernel, note }, i) => `${kernel.padEnd(24)} ${barriers[i] === true ? '|' : '·'} ${note}`,
  );
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
