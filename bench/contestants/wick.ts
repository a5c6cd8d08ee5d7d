import { fileURLToPath } from 'node:url';
import type { Entry, Mode } from './contender.js';

const worker = fileURLToPath(new URL('../workers/wick.js', import.meta.url));

/** wick itself: every engine, mode and precision that is asked for; one op at a time only where the workload says so. */
export const wick: Entry = (workload, { engines, modes, precisions, threads }) =>
  engines.flatMap((engine) =>
    modes
      .filter((mode) => mode === 'compiled' || workload.eager)
      .flatMap((mode) =>
        precisions
          .filter((precision) => precision === 'float32' || hasBfloat16(engine, mode))
          .map((precision) => ({
            label: `wick ${engine}${mode === 'eager' ? ' eager' : ''}${precision === 'bfloat16' ? ' bf16' : ''}`,
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

function hasBfloat16(engine: string, mode: Mode): boolean {
  return engine === 'native' && mode === 'compiled';
}
