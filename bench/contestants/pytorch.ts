import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../project-root.js';
import type { Contender, Entry } from './contender.js';

const python = '/usr/bin/python3'; // Debian's, which has python3-torch
const worker = join(projectRoot, 'bench/peers/torch_worker.py');

/** PyTorch, one op at a time as it is by default: both memory layouts, and automatic mixed precision in both. */
export const pytorch: Entry = ({ name }, { threads }) => {
  const contender = (
    label: string,
    flags: readonly string[],
    rest: Pick<Contender, 'precision' | 'rivals'>,
  ): Contender => ({
    label,
    command: [python, worker, name, ...flags, '--threads', String(threads)],
    ...rest,
  });
  if (!existsSync(python)) return [];
  const float32 = { precision: 'float32' } as const;
  const bfloat16 = { precision: 'bfloat16', rivals: ['compiled'] } as const;
  return [
    contender('PyTorch', [], { ...float32, rivals: ['compiled', 'eager'] }),
    contender('PyTorch channels_last', ['channels_last'], { ...float32, rivals: ['compiled'] }),
    contender('PyTorch bf16', ['bf16'], bfloat16),
    contender('PyTorch bf16 channels_last', ['bf16', 'channels_last'], bfloat16),
  ];
};

/** Undefined where it is not installed. */
export function pytorchVersion(): string | undefined {
  const ask = ['-c', 'import torch; print(torch.__version__)'];
  const { status, stdout } = spawnSync(python, ask, { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}
