/**
 * Engine `native`: the planner, pool and kernels of engine `wasm`, in which machine code that this room writes computes what
 * takes longest. Nothing has to be installed: npm's package koffi calls the system for memory that code may run in.
 */
import { EngineError } from '../../core/errors.js';
import type { EngineFacts } from '../engine.js';
import type { NativeProvider } from '../wasm/native.js';
import { openWasmEngine, type WasmEngine, type WasmEngineOptions } from '../wasm/wasm.js';
import { nativeCalls, type RunnerPlace } from './calls.js';
import { type CpuFeatures, cpuFeatures } from './cpu.js';
import { avx512 } from './kernel-writer.js';
import { Kernels } from './kernels.js';
import {
  conv2dBackwardInputLowering,
  conv2dBackwardWeightLowering,
  conv2dLowering,
} from './lower/conv2d.js';
import { linearLowering, matmulLowering } from './lower/product.js';
import { codeMemory, type PlaceCode } from './memory.js';
import { emitRunner } from './runner.js';

export interface NativeEngine extends WasmEngine {
  readonly facts: WasmEngine['facts'] & { readonly code: NonNullable<EngineFacts['code']> };
}

export type NativeEngineOptions = Omit<WasmEngineOptions, 'native'>;

/** What all engines of the process share. */
interface Machine {
  readonly features: CpuFeatures;
  readonly kernels: Kernels;
  readonly runner: RunnerPlace;
}

let machine: Machine | undefined;

/** @throws EngineError where the CPU or the system cannot run emitted code, saying why */
export function openNativeEngine(options: NativeEngineOptions = {}): NativeEngine {
  machine ??= openMachine();
  const { features, kernels, runner } = machine;
  const provider: NativeProvider = {
    lowerings: {
      conv2d: conv2dLowering(kernels),
      conv2dBackwardInput: conv2dBackwardInputLowering(kernels),
      conv2dBackwardWeight: conv2dBackwardWeightLowering(kernels),
      linear: linearLowering(kernels),
      matmul: matmulLowering(kernels),
    },
    module: new URL('./calls.js', import.meta.url).href,
    data: runner,
    calls: (memory) => nativeCalls(memory, runner),
  };
  const native = { name: 'native', provider, withoutBfloat16: 'engine native' };
  const engine = openWasmEngine({ ...options, native });
  const facts = {
    ...engine.facts,
    get code() {
      return { level: kernels.level.name, features, written: kernels.count };
    },
  };
  return { ...engine, facts };
}

function openMachine(): Machine {
  if (typeof process === 'undefined' || process.arch !== 'x64')
    throw new EngineError(
      'native',
      `emits code for x64, and this is ${typeof process === 'undefined' ? 'a browser' : process.arch}; use engine wasm`,
    );
  const place: PlaceCode = codeMemory();
  const features = cpuFeatures(place);
  if (!features.avx512)
    throw new EngineError('native', 'needs a CPU with AVX-512 (F, BW, DQ, VL); use engine wasm');
  const kernels = new Kernels(place, avx512);
  return { features, kernels, runner: { runner: place(emitRunner(process.platform)) } };
}
