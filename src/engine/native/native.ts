/**
 * Engine `native`: the compiler, the pool and the kernels of engine `wasm`, in which machine code that this room writes computes what
 * takes longest. Nothing has to be installed: npm's package koffi calls the system for memory that code may run in.
 */
import { EngineError } from '../../core/errors.js';
import type { Provider } from '../compiler/provider.js';
import type { EngineFacts } from '../engine.js';
import { openWasmEngine, type WasmEngine, type WasmEngineOptions } from '../wasm/wasm.js';
import { foreignCalls, type RunnerPlace } from './calls.js';
import { type CpuFeatures, cpuFeatures } from './cpu.js';
import { Kernels } from './kernels.js';
import { channelReplacements } from './lower/channel-phases.js';
import {
  conv2dBackwardInputLowering,
  conv2dBackwardWeightLowering,
  conv2dLowering,
  takesConv2d,
} from './lower/conv2d.js';
import { flatReplacements } from './lower/flat-phases.js';
import { poolReplacements } from './lower/pool-phases.js';
import { linearLowering, matmulLowering } from './lower/product.js';
import { randomReplacements } from './lower/random-phases.js';
import { replacementsOf } from './lower/replacement.js';
import { codeMemory, type PlaceCode } from './memory.js';
import { fuseEndings } from './passes/fuse-endings.js';
import { mergeByImages } from './passes/merge-images.js';
import { narrowToImages } from './passes/narrow-to-images.js';
import { recomputeNorms } from './passes/recompute-norms.js';
import { emitRunner } from './runner.js';
import { amx, avx2, avx512, type VectorLevel } from './vector-levels.js';

export interface NativeEngine extends WasmEngine {
  readonly facts: WasmEngine['facts'] & { readonly code: NonNullable<EngineFacts['code']> };
}

export interface NativeEngineOptions extends Omit<WasmEngineOptions, 'provider'> {
  /** Which vectors the code uses; `amx` are AVX-512's, and tiles beside them. @default the widest that the CPU has */
  readonly level?: Level;
}

const levels = { amx, avx512, avx2 } satisfies Record<string, VectorLevel>;
export type Level = keyof typeof levels;

/** What all engines of the process share. */
interface Machine {
  readonly features: CpuFeatures;
  /** By the vectors that they use, widest first. */
  readonly kernels: ReadonlyMap<Level, Kernels>;
  readonly runner: RunnerPlace;
}

let machine: Machine | undefined;

/** @throws EngineError where the CPU or the system cannot run emitted code, saying why */
export function openNativeEngine({ level, ...options }: NativeEngineOptions = {}): NativeEngine {
  machine ??= openMachine();
  const { features, runner } = machine;
  const kernels = kernelsFor(machine, level);
  const provider: Provider = {
    name: 'native',
    withoutBfloat16: hasBfloat16(features, kernels.level) ? undefined : withoutBfloat16,
    passes: [(graph) => fuseEndings(graph, takesConv2d)],
    lowerings: {
      conv2d: conv2dLowering(kernels),
      conv2dBackwardInput: conv2dBackwardInputLowering(kernels),
      conv2dBackwardWeight: conv2dBackwardWeightLowering(kernels),
      linear: linearLowering(kernels),
      matmul: matmulLowering(kernels),
    },
    arrange: (phases, context) => narrowToImages(mergeByImages(phases, context), context),
    lastPasses: [recomputeNorms],
    replacements: {
      ...replacementsOf(kernels, streams),
      // They compute with whole numbers of 64 bits, which AVX2 does not turn into doubles.
      ...(kernels.level.bits === 512 && randomReplacements(kernels)),
    },
    code: {
      module: new URL('./calls.js', import.meta.url).href,
      data: runner,
      calls: (memory) => foreignCalls(memory, runner),
    },
  };
  const engine = openWasmEngine({ ...options, provider });
  const facts = {
    ...engine.facts,
    get code() {
      return { level: kernels.level.name, features, written: kernels.count };
    },
  };
  return { ...engine, facts };
}

/** What streams through memory. */
const streams = { ...channelReplacements, ...poolReplacements, ...flatReplacements };

const withoutBfloat16 = 'engine native on a CPU without AVX512-BF16';

/** Whether kernels can read and write bfloat16. */
function hasBfloat16({ avx512Bf16 }: CpuFeatures, { bits }: VectorLevel): boolean {
  return avx512Bf16 && bits === 512;
}

function openMachine(): Machine {
  if (typeof process === 'undefined' || process.arch !== 'x64')
    throw new EngineError(
      'native',
      `emits code for x64, and this is ${typeof process === 'undefined' ? 'a browser' : process.arch}; use engine wasm`,
    );
  const place: PlaceCode = codeMemory();
  const features = cpuFeatures(place);
  const has: readonly Level[] = [
    ...(features.avx512Bf16 && features.amxBf16 ? (['amx'] as const) : []),
    ...(features.avx512 ? (['avx512'] as const) : []),
    ...(features.avx2 ? (['avx2'] as const) : []),
  ];
  const kernels = new Map(has.map((level) => [level, new Kernels(place, levels[level])]));
  return { features, kernels, runner: { runner: place(emitRunner(process.platform)) } };
}

function kernelsFor({ kernels }: Machine, level?: Level): Kernels {
  const [widest] = kernels.values();
  const found = level === undefined ? widest : kernels.get(level);
  if (found !== undefined) return found;
  throw new EngineError('native', `needs a CPU with ${needs[level ?? 'avx2']}; use engine wasm`);
}

const needs: Readonly<Record<Level, string>> = {
  amx: 'AMX (of bfloat16) and AVX512-BF16, and a system that allows it',
  avx512: 'AVX-512 (F, BW, DQ, VL)',
  avx2: 'AVX2 and FMA',
};
