/** PyTorch as it is installed on this machine. */
import { spawnSync } from 'node:child_process';

/** Debian's, which has python3-torch, or the one that WICK_PYTHON names. */
export const python = process.env.WICK_PYTHON || '/usr/bin/python3';

export interface PyTorchHere {
  readonly version: string;
  /** Whether its matrix products are those of the reference BLAS, which is written to be read: half as fast, and no rival. */
  readonly isSlow: boolean;
}

let found: PyTorchHere | null | undefined;

/** Null where it is not installed. */
export function pytorchHere(): PyTorchHere | null {
  if (found === undefined) found = ask();
  return found;
}

function ask(): PyTorchHere | null {
  const maps = 'open("/proc/self/maps").read() if os.path.exists("/proc/self/maps") else ""';
  const program = `import os, torch; print(torch.__version__); print(${maps})`;
  const { status, stdout } = spawnSync(python, ['-c', program], { encoding: 'utf8' });
  if (status !== 0) return null;
  const [version = '', ...lines] = stdout.split('\n');
  return { version: version.trim(), isSlow: hasReferenceBlas(lines) };
}

/**
 * Whether a process with these lines in /proc/PID/maps multiplies by the reference BLAS: Debian has every other one in a folder of
 * its own name, and links the name libblas.so.3 to it.
 */
export function hasReferenceBlas(maps: readonly string[]): boolean {
  return maps.some(
    (line) => /\/libblas\.so[.\d]*$/.test(line) && !/openblas|atlas|blis|mkl/.test(line),
  );
}
