/**
 * Times wick against PyTorch in one interleaved run: every contestant is a warm process, rounds alternate between them,
 * and rounds in which something else used the machine are left out.
 *
 *   npm run bench -- [--only NAME] [--engine E] [--mode compiled|eager] [--threads N] [--seconds S] [--rounds N] [--json]
 */
import { existsSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import '../src/index.js';
import { summarize } from '../src/report/model-summary.js';
import { createModel } from '../src/vision/models/registry.js';
import { Contestant, type Figures, figures } from './contestant.js';
import { type Workload, workloads } from './workloads.js';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    engine: { type: 'string', default: 'wasm' },
    mode: { type: 'string', default: 'compiled' },
    threads: { type: 'string', default: String(Math.min(2, cpus().length)) },
    seconds: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '8' },
    foreign: { type: 'string', default: '0.35' },
    json: { type: 'boolean', default: false },
  },
});

/** One line of `--json`. */
interface Row {
  readonly workload: string;
  readonly precision: 'float32' | 'bfloat16';
  readonly engine: string;
  readonly cpu: string;
  readonly medianMs: number;
  readonly p10Ms: number;
  readonly peer: string;
  readonly peerMedianMs: number;
  readonly peerP10Ms: number;
  /** peer p10 / ours p10: above 1, wick is faster. */
  readonly ratio: number;
  readonly imagesPerSecond: number;
  readonly gflops: number;
  readonly rssBytes: number;
  readonly peerRssBytes: number;
  readonly quietRounds: number;
}

const worker = fileURLToPath(new URL('worker.js', import.meta.url));
const root = new URL('../../', import.meta.url);
const torchWorker = fileURLToPath(new URL('bench/peers/torch_worker.py', root));
const python = '/usr/bin/python3'; // Debian's, which has python3-torch
const cpu = `${cpus()[0]?.model ?? 'unknown CPU'}, ${options.threads} threads`;

const chosen = workloads.filter(({ name }) => options.only === undefined || name === options.only);
if (chosen.length === 0) {
  console.error(
    `no workload '${options.only}'; there are ${workloads.map((w) => w.name).join(', ')}`,
  );
  process.exit(2);
}
const rows: Row[] = [];
for (const workload of chosen) {
  const row = await compare(workload);
  rows.push(row);
  if (options.json) console.log(JSON.stringify(row));
  else console.log(formatRow(row));
}
if (!options.json && options.only === undefined) writeMarkdown();

async function compare(workload: Workload): Promise<Row> {
  const torch = (label: string, ...flags: string[]) =>
    new Contestant(label, [
      python,
      torchWorker,
      workload.name,
      ...flags,
      '--threads',
      options.threads,
    ]);
  const ours = new Contestant('wick', [
    process.execPath,
    worker,
    workload.name,
    options.engine,
    options.mode,
    options.threads,
  ]);
  const all = [
    ours,
    ...(existsSync(python)
      ? options.mode === 'eager'
        ? [torch('PyTorch')]
        : [torch('PyTorch'), torch('PyTorch channels_last', 'channels_last')]
      : []),
  ];
  const running: Contestant[] = [];
  for (const contestant of all) {
    const state = await contestant.ready();
    if (state.ok) running.push(contestant);
    else console.error(`${workload.name}: ${contestant.label} does not run here: ${state.why}`);
  }
  if (!running.includes(ours)) process.exit(1);
  try {
    for (let round = 0; round < Number(options.rounds); round++)
      for (const contestant of running) await contestant.go(Number(options.seconds));
  } finally {
    for (const contestant of all) contestant.stop();
  }
  const measured = running.map((c) => ({
    label: c.label,
    ...figures(c.rounds, Number(options.foreign)),
  }));
  if (!options.json) for (const m of measured) console.log(formatFigures(workload, m));
  return toRow(workload, measured);
}

function toRow(workload: Workload, measured: readonly (Figures & { label: string })[]): Row {
  const [ours, ...peers] = measured;
  if (ours === undefined) throw new Error('nothing was measured');
  const best = [...peers].sort((a, b) => a.p10Ms - b.p10Ms)[0];
  const batch = workload.inputShape[0] ?? 1;
  return {
    workload: workload.name,
    precision: 'float32',
    engine: options.mode === 'eager' ? `${options.engine} (eager)` : options.engine,
    cpu,
    medianMs: ours.medianMs,
    p10Ms: ours.p10Ms,
    peer: best?.label ?? 'none',
    peerMedianMs: best?.medianMs ?? Number.NaN,
    peerP10Ms: best?.p10Ms ?? Number.NaN,
    ratio: (best?.p10Ms ?? Number.NaN) / ours.p10Ms,
    imagesPerSecond: (1000 * batch) / ours.medianMs,
    gflops: flops(workload) / 1e6 / ours.medianMs,
    rssBytes: ours.rssBytes,
    peerRssBytes: best?.rssBytes ?? Number.NaN,
    quietRounds: ours.quietRounds,
  };
}

/** Floating-point operations of a step: two per multiply-add, three passes in training. */
function flops({ architecture, inputShape, mode, frozen }: Workload): number {
  const { totalMultiplyAdds } = summarize(createModel(architecture), inputShape);
  return 2 * totalMultiplyAdds * (mode === 'train' && !frozen ? 3 : 1);
}

function formatFigures(
  { name }: Workload,
  { label, medianMs, p10Ms, steps, quietRounds, rounds, rssBytes }: Figures & { label: string },
): string {
  return (
    `  ${name.padEnd(16)} ${label.padEnd(22)} median ${medianMs.toFixed(2).padStart(9)} ms  p10 ${p10Ms.toFixed(2).padStart(9)} ms  ` +
    `${steps} steps, ${quietRounds}/${rounds} quiet rounds, peak ${(rssBytes / 1e6).toFixed(0)} MB`
  );
}

function formatRow(row: Row): string {
  return (
    `${row.workload} (${row.engine}): ${row.ratio.toFixed(2)}× ${row.peer}; ` +
    `${row.imagesPerSecond.toFixed(0)} images/s, ${row.gflops.toFixed(0)} GFLOP/s`
  );
}

function writeMarkdown(): void {
  const title = (name: string) => workloads.find((w) => w.name === name)?.title ?? name;
  const lines = [
    '# Benchmarks',
    '',
    `Milliseconds per step, median [p10], from one interleaved run (\`npm run bench\`). ${cpu}; Node ${process.version}.`,
    'Ratio = PyTorch’s p10 / wick’s p10, against PyTorch’s faster float32 memory layout: above 1, wick is faster.',
    '',
    '| workload | wick | PyTorch | ratio | images/s | GFLOP/s | peak memory, MB (PyTorch) |',
    '|---|---|---|---|---|---|---|',
    ...rows.map(
      (r) =>
        `| ${title(r.workload)} | ${r.medianMs.toFixed(1)} [${r.p10Ms.toFixed(1)}] | ${r.peerMedianMs.toFixed(1)} [${r.peerP10Ms.toFixed(1)}] (${r.peer}) | ${r.ratio.toFixed(2)}× | ` +
        `${r.imagesPerSecond.toFixed(0)} | ${r.gflops.toFixed(0)} | ${(r.rssBytes / 1e6).toFixed(0)} (${(r.peerRssBytes / 1e6).toFixed(0)}) |`,
    ),
    '',
  ];
  writeFileSync(new URL('docs/benchmarks.md', root), lines.join('\n'));
}
