/**
 * The protocol of every contestant: it says `ready` when it is warm, and for each line `go SECONDS CLOCK` times steps for that
 * long and answers with one JSON line, a `Round`. By the clock `cpu`, steps take what all threads of the process have worked.
 * `bench/peers/torch_worker.py` speaks it too.
 */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** Serves `step`; `kernelMs` tells how long engine kernels have run since the process started, where it is known. */
export async function serve(
  step: () => unknown,
  kernelMs: () => number | undefined = () => undefined,
): Promise<void> {
  process.stdout.write('ready\n');
  for await (const line of createInterface({ input: process.stdin })) {
    const [, seconds = '', clock] = line.split(' ');
    const ofCpu = clock === 'cpu';
    const now = ofCpu ? cpuMs : () => performance.now();
    const times: number[] = [];
    const start = performance.now();
    const [machine, own, kernels] = [machineTicks(), ownTicks(), kernelMs()];
    do {
      const t = now();
      await step();
      times.push(now() - t);
    } while (performance.now() - start < 1000 * Number(seconds));
    const elapsedTicks = (performance.now() - start) / 10;
    const foreign = (machineTicks() - machine - (ownTicks() - own)) / elapsedTicks;
    const rssBytes = process.resourceUsage().maxRSS * 1024;
    const inKernels =
      kernels === undefined || ofCpu ? {} : { kernelMs: (kernelMs() ?? 0) - kernels };
    process.stdout.write(`${JSON.stringify({ times, foreign, rssBytes, ...inKernels })}\n`);
  }
}

/** Hundredths of CPU seconds that the machine has worked, all processes together; 0 where /proc is missing. */
function machineTicks(): number {
  try {
    const fields =
      readFileSync('/proc/stat', 'utf8').split('\n')[0]?.split(/\s+/).map(Number) ?? [];
    return [1, 2, 3, 6, 7, 8].reduce((sum, i) => sum + (fields[i] ?? 0), 0);
  } catch {
    return 0;
  }
}

function ownTicks(): number {
  return cpuMs() / 10;
}

/** Milliseconds that this process has worked, all threads together. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
