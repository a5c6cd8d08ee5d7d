/**
 * The protocol of every contestant: it says `ready` when it is warm, and for each line `go SECONDS` times steps for that
 * long and answers with one JSON line, a `Round`. `bench/peers/torch_worker.py` speaks it too.
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
    const seconds = Number(line.split(' ')[1]);
    const times: number[] = [];
    const start = performance.now();
    const [machine, own, kernels] = [machineTicks(), ownTicks(), kernelMs()];
    do {
      const t = performance.now();
      await step();
      times.push(performance.now() - t);
    } while (performance.now() - start < 1000 * seconds);
    const elapsedTicks = (performance.now() - start) / 10;
    const foreign = (machineTicks() - machine - (ownTicks() - own)) / elapsedTicks;
    const rssBytes = process.resourceUsage().maxRSS * 1024;
    const inKernels = kernels === undefined ? {} : { kernelMs: (kernelMs() ?? 0) - kernels };
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
  const { user, system } = process.cpuUsage();
  return (user + system) / 10_000;
}
