import { fileURLToPath } from 'node:url';
import type { Precision } from '../../src/engine/precision.js';
import { gpuEngines } from '../../src/engine/registry.js';
import type { Entry, Mode } from './contender.js';

const worker = fileURLToPath(new URL('../workers/wick.js', import.meta.url));

/** wick itself: every engine, mode and precision that is asked for; one op at a time only where the workload says so. */
export const wick: Entry = (workload, { engines, modes, precisions, threads }) =>
  engines.flatMap((engine) =>
    modes
      .filter((mode) => mode === 'compiled' || workload.eager)
      .flatMap((mode) =>
        precisions
          .filter((precision) => computes(engine, mode, precision))
          .map((precision) => ({
            label: `wick ${engine}${mode === 'eager' ? ' eager' : ''}${suffixes[precision]}`,
            command: [
              process.execPath,
              worker,
              workload.name,
              engine,
              mode,
              String(threads),
              precision,
            ],
            precision,
            ours: { engine, mode },
          })),
      ),
  );

const suffixes = { float32: '', bfloat16: ' bf16', float16: ' f16' } as const;

function computes(engine: string, mode: Mode, precision: Precision): boolean {
  if (precision === 'float32') return true;
  const suits = precision === 'bfloat16' ? engine === 'native' : gpuEngines().includes(engine);
  return suits && mode === 'compiled';
}
