/** The bytes that a compiled step moves: what each phase of its plan reads and writes. */
import type { Phase } from '../src/engine/compiler/phase.js';
import type { Engine, Plan } from '../src/engine/engine.js';

export interface BytesMoved {
  readonly read: number;
  readonly written: number;
}

/** Every tensor that a phase touches once, wherever it is found; what a thread keeps in memory of its own is not counted. */
export function bytesMovedBy(phases: readonly Pick<Phase, 'accesses'>[]): BytesMoved {
  const moved = { read: 0, written: 0 };
  for (const { accesses } of phases)
    for (const { region, write } of accesses)
      if (!region.private) moved[write ? 'written' : 'read'] += region.bytes;
  return moved;
}

/** An engine that compiles, whose plan of last is asked for what it moves in every run. */
export function watched(engine: Engine): {
  readonly engine: Engine;
  readonly bytesMoved: () => BytesMoved;
} {
  let last: Plan | undefined;
  return {
    engine: {
      ...engine,
      prepare(graph, options) {
        last = engine.prepare(graph, options);
        return last;
      },
    },
    bytesMoved() {
      // The plan's own, which it keeps to itself.
      const plan = last as unknown as {
        readonly layout: { readonly everyRun: { readonly phases: readonly Phase[] } };
      };
      return bytesMovedBy(plan.layout.everyRun.phases);
    },
  };
}
