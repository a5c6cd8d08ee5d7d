/** The results for people: lines in the terminal, and docs/benchmarks.md. */
import type { Measured } from './compare.js';
import type { Row } from './rows.js';
import { installPeers } from './workers/peer-package.js';
import type { Workload } from './workloads.js';

/** What one workload came to. */
export interface Result {
  readonly workload: Workload;
  readonly measured: readonly Measured[];
  readonly rows: readonly Row[];
}

export function formatMeasured(
  { name }: Workload,
  { label, medianMs, p10Ms, steps, quietRounds, rounds, rssBytes }: Measured,
): string {
  return (
    `  ${name.padEnd(16)} ${label.padEnd(42)} median ${medianMs.toFixed(2).padStart(9)} ms  p10 ${p10Ms.toFixed(2).padStart(9)} ms  ` +
    `${steps} steps, ${quietRounds}/${rounds} quiet rounds, peak ${(rssBytes / 1e6).toFixed(0)} MB`
  );
}

export function formatRow(row: Row): string {
  const ratios = [
    ...(row.ratio === null ? [] : [`${row.ratio.toFixed(2)}× ${row.peer}`]),
    ...(row.keptRatio === null ? [] : [`${row.keptRatio.toFixed(2)}× ${row.keptPeer}`]),
  ];
  return (
    `${row.workload} (${row.engine}, ${row.precision}): ${ratios.join(', ') || 'no peer here'}; ${row.imagesPerSecond.toFixed(0)} images/s, ` +
    `${row.gflops.toFixed(0)} GFLOP/s, ${percent(row.overhead)} of the step outside of kernels`
  );
}

/** The whole of docs/benchmarks.md; `machine` says where and with what versions. */
export function markdown(results: readonly Result[], machine: readonly string[]): string {
  const rows = results.flatMap((result) => result.rows.map((row) => ({ ...row, result })));
  const compiled = rows.filter(({ engine }) => !engine.endsWith('(eager)'));
  const eager = rows.filter(({ engine }) => engine.endsWith('(eager)'));
  const sections = [
    '# Benchmarks',
    paragraph(
      'Milliseconds per whole step, median [p10], from one interleaved run: `npm run bench`.',
      ...machine,
      'Ratio = PyTorch’s p10 / wick’s p10, against PyTorch’s faster memory layout of the same precision: above 1, wick is faster.',
      'PyTorch returns large tensors to the system and gets the memory anew, page by page, in each step. On a virtual machine that can take longer than its kernels,',
      'so each ratio is given twice: against PyTorch as it comes, and against PyTorch told to keep its memory (glibc’s `mallopt`), which compares the kernels.',
      'Rounds in which something else used the machine are left out.',
    ),
    table(
      [
        'workload',
        'engine',
        'precision',
        'wick',
        'PyTorch',
        'ratio',
        'PyTorch that keeps memory',
        'ratio',
        'images/s',
        'GFLOP/s',
        'outside of kernels',
        'peak memory, MB (PyTorch)',
      ],
      compiled.map((row) => [
        row.result.workload.title,
        row.engine,
        row.precision,
        time(row.medianMs, row.p10Ms),
        time(row.peerMedianMs, row.peerP10Ms),
        times(row.ratio),
        time(row.keptPeerMedianMs, row.keptPeerP10Ms),
        times(row.keptRatio),
        row.imagesPerSecond.toFixed(0),
        row.gflops.toFixed(0),
        percent(row.overhead),
        `${megabytes(row.rssBytes)} (${megabytes(row.peerRssBytes)})`,
      ]),
    ),
    '## All contestants',
    paragraph(
      'The same run, milliseconds per step, median [p10]; – where a contestant does not run a workload, * where something else used the machine in all of its rounds.',
      'ONNX Runtime and TensorFlow.js start from wick’s weights and batch, and the run checks that they get wick’s loss before it times them; they are installed by',
      `\`${installPeers}\` and left out otherwise. In training, ONNX Runtime’s gradients and optimizer are part of one graph of forward ops.`,
    ),
    allContestants(results),
    ...(eager.length === 0
      ? []
      : [
          '## One op at a time',
          paragraph('Without `compile`, beside PyTorch in its default layout.'),
          table(
            [
              'workload',
              'engine',
              'wick',
              'PyTorch',
              'wick / PyTorch',
              'PyTorch that keeps memory',
              'wick / PyTorch',
            ],
            eager.map((row) => [
              row.result.workload.title,
              row.engine.replace(' (eager)', ''),
              time(row.medianMs, row.p10Ms),
              time(row.peerMedianMs, row.peerP10Ms),
              times(row.ratio === null ? null : 1 / row.ratio),
              time(row.keptPeerMedianMs, row.keptPeerP10Ms),
              times(row.keptRatio === null ? null : 1 / row.keptRatio),
            ]),
          ),
        ]),
  ];
  return `${sections.join('\n\n')}\n`;
}

function allContestants(results: readonly Result[]): string {
  const isCompiled = ({ ours }: Measured) => ours?.mode !== 'eager';
  const labels = [
    ...new Set(results.flatMap(({ measured }) => measured.filter(isCompiled).map((m) => m.label))),
  ];
  return table(
    ['contestant', ...results.map(({ workload }) => workload.title)],
    labels.map((label) => [
      label,
      ...results.map(({ measured }) => {
        const found = measured.find((one) => one.label === label);
        if (found === undefined) return '–';
        return `${time(found.medianMs, found.p10Ms)}${found.quietRounds === 0 ? ' *' : ''}`;
      }),
    ]),
  );
}

function table(header: readonly string[], lines: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(header), `|${header.map(() => '---|').join('')}`, ...lines.map(line)].join('\n');
}

const paragraph = (...sentences: readonly string[]) => sentences.join('\n');
const time = (medianMs: number | null, p10Ms: number | null) =>
  medianMs === null || p10Ms === null ? '–' : `${medianMs.toFixed(1)} [${p10Ms.toFixed(1)}]`;
const times = (ratio: number | null) => (ratio === null ? '–' : `${ratio.toFixed(2)}×`);
const percent = (share: number | null) => (share === null ? '–' : `${(100 * share).toFixed(1)} %`);
const megabytes = (bytes: number | null) => (bytes === null ? '–' : (bytes / 1e6).toFixed(0));
