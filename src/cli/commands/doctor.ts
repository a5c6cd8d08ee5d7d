import { readFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import type { Command } from 'commander';
import { cacheFolder } from '../../core/cache-folder.js';
import { reasonOf } from '../../core/errors.js';
import { version } from '../../core/version.js';
import { requireFfi } from '../../engine/ffi.js';
import { gpuHint } from '../../engine/gpu.js';
import { currentEngine, type EngineReport, engineReport } from '../../engine/select.js';
import { opNames, opSpec } from '../../graph/op.js';
import { requireSharp } from '../../vision/codecs/sharp.js';
import { engineNote, engineRows } from '../engine-facts.js';
import {
  applyEngineChoice,
  deviceOption,
  type EngineChoice,
  engineOption,
  jsonOption,
  threadsOption,
} from '../options.js';
import { formatTable, printJson, printLine } from '../output.js';

/** CPU flags that engines care for, as Linux names them, and the names people know. */
const features = [
  ['avx2', 'AVX2'],
  ['fma', 'FMA'],
  ['avx512f', 'AVX-512'],
  ['avx512_vnni', 'AVX512-VNNI'],
  ['avx512_bf16', 'AVX512-BF16'],
  ['amx_tile', 'AMX'],
] as const;

interface DoctorOptions extends EngineChoice {
  readonly ops?: true;
  readonly json?: true;
}

export function addDoctor(command: Command): void {
  command
    .option('--ops', 'list which ops the engine has kernels for')
    .addOption(engineOption())
    .addOption(deviceOption())
    .addOption(threadsOption())
    .addOption(jsonOption())
    .action(async (options: DoctorOptions) => {
      applyEngineChoice(options);
      const facts = await examine();
      if (options.json === true) printJson(options.ops === true ? { ...facts, ops: ops() } : facts);
      else {
        printFacts(facts);
        if (options.ops === true) printOps();
      }
    });
}

interface Facts {
  readonly wick: string;
  readonly node: string;
  readonly platform: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  /** null where the system does not tell. */
  readonly cpuFeatures: readonly string[] | null;
  readonly engine: EngineReport;
  /** Packages that npm may have left out, and why each cannot be loaded; null where it can. */
  readonly packages: Readonly<Record<'koffi' | 'sharp', string | null>>;
  /** How to come by a GPU; null where the engine computes on one. */
  readonly gpu: string | null;
  readonly sharedMemory: boolean;
  readonly cache: string;
}

async function examine(): Promise<Facts> {
  const cpuInfo = await readFile('/proc/cpuinfo', 'utf8').catch(() => null);
  const engine = engineReport();
  const packages = { koffi: await failureOf(requireFfi), sharp: await failureOf(requireSharp) };
  const flags = cpuInfo?.match(/^flags\s*:(.*)$/m)?.[1]?.split(' ') ?? null;
  return {
    wick: version(),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryBytes: totalmem(),
    cpuFeatures: flags && features.filter(([flag]) => flags.includes(flag)).map(([, name]) => name),
    engine,
    packages,
    gpu: engine.adapter === undefined ? gpuHint() : null,
    sharedMemory: typeof SharedArrayBuffer !== 'undefined',
    cache: cacheFolder(),
  };
}

/** What `load` says where it fails. */
async function failureOf(load: () => unknown): Promise<string | null> {
  try {
    await load();
    return null;
  } catch (error) {
    return reasonOf(error);
  }
}

function printFacts(facts: Facts): void {
  const rows = [
    ['wick', facts.wick],
    ['node', `${facts.node}, ${facts.platform}`],
    ['CPU', `${facts.cpu}, ${facts.cores} cores`],
    ['CPU features', facts.cpuFeatures?.join(', ') ?? 'not told by this system'],
    ['memory', `${(facts.memoryBytes / 2 ** 30).toFixed(1)} GiB`],
    ...engineRows(facts.engine),
    ...(facts.gpu === null ? [] : [['GPU', facts.gpu]]),
    ['shared memory', facts.sharedMemory ? 'yes' : 'no: one thread only'],
    ['data cache', `${facts.cache} (WICK_CACHE changes it)`],
  ];
  for (const line of formatTable(rows, 2)) printLine(line);
  printLine();
  const note = engineNote(facts.engine);
  const missing = Object.values(facts.packages).filter((failure) => failure !== null);
  if (note !== undefined) printLine(note);
  for (const failure of missing) printLine(failure);
  if (note === undefined && missing.length === 0) printLine('Nothing is missing.');
}

function ops(): { op: string; kernel: boolean }[] {
  const engine = currentEngine();
  return opNames().map((op) => ({ op, kernel: engine.hasKernel(opSpec(op)) }));
}

function printOps(): void {
  const engine = currentEngine();
  const listed = ops();
  const names = (kernel: boolean) => listed.filter((o) => o.kernel === kernel).map((o) => o.op);
  printLine();
  printLine(`Kernels of engine ${engine.name} (${names(true).length}):`);
  printLine(`  ${names(true).join(' ')}`);
  printLine(`Run by the reference kernel (${names(false).length}):`);
  printLine(`  ${names(false).join(' ') || 'none'}`);
}
