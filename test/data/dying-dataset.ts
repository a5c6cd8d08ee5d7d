import type { Dataset, ModuleCall } from '../../src/data/dataset.js';

/** Ways in which a worker thread comes to its end, none of which the loader's own code sees. */
export const deaths = {
  'a timer that throws': () => setTimeout(() => throwIt(new Error('stray')), 0),
  'a rejection that nobody handles': () => void Promise.reject(new Error('stray')),
  'a rejection without a reason': () => void Promise.reject(null),
  'a timer that throws null': () => setTimeout(() => throwIt(null), 0),
  'process.exit(0)': () => process.exit(0),
  'process.exit(7)': () => process.exit(7),
  'an endless list': () => {
    const list: number[][] = [];
    for (;;) list.push(new Array<number>(1e6).fill(0.5));
  },
} as const satisfies Record<string, () => unknown>;

export type Death = keyof typeof deaths;

function throwIt(reason: unknown): never {
  throw reason;
}

/** Samples of one number; the thread that is asked for sample 9 dies. */
export class DyingDataset implements Dataset<readonly [number]> {
  readonly length = 4000;

  constructor(private readonly death: Death) {}

  async get(index: number): Promise<readonly [number]> {
    if (index === 9) deaths[this.death]();
    return [index];
  }

  workerSpec(): ModuleCall {
    return { module: import.meta.url, name: 'openDying', argument: this.death };
  }
}

export function openDying(death: Death): DyingDataset {
  return new DyingDataset(death);
}
