import { join } from 'node:path';
import { gpuEngines } from '../../src/engine/registry.js';
import { projectRoot } from '../project-root.js';
import type { Contender, Entry } from './contender.js';
import { python, pytorchHere } from './pytorch-here.js';

const worker = join(projectRoot, 'bench/peers/torch_worker.py');

/** What PyTorch computes on a GPU, where wick does: CUDA's or Apple's. */
export const pytorchOnGpu = 'PyTorch gpu';

/**
 * PyTorch, one op at a time as it is by default: both memory layouts, automatic mixed precision in both, and each of them as
 * it comes and told to keep its memory.
 */
export const pytorch: Entry = ({ name }, { engines, threads, precisions }) => {
  const here = pytorchHere();
  if (here === null) return [];
  const layouts = [[], ['channels_last']] as const;
  const cpuPrecisions = precisions.filter((precision) => precision !== 'float16');
  const onCpu = cpuPrecisions.flatMap((precision) =>
    [false, true].flatMap((keepsMemory) =>
      layouts.map((layout): Contender => {
        const narrow = precision === 'bfloat16' ? ['bf16'] : [];
        const flags = [...narrow, ...layout, ...(keepsMemory ? ['keep_memory'] : [])];
        const isEagerRival = precision === 'float32' && layout.length === 0;
        return {
          label: ['PyTorch', ...flags].join(' ').replace('keep_memory', '(keeps memory)'),
          command: [python, worker, name, ...flags, '--threads', String(threads)],
          precision,
          keepsMemory,
          rivals: isEagerRival ? ['compiled', 'eager'] : ['compiled'],
          isHandicapped: here.isSlow,
        };
      }),
    ),
  );
  if (!engines.some((engine) => gpuEngines().includes(engine))) return onCpu;
  const command = [python, worker, name, '--device', 'gpu', '--threads', String(threads)];
  return [...onCpu, { label: pytorchOnGpu, command, precision: 'float32' }];
};
