/**
 * Engine `onednn`: the compiler, the pool and the kernels of engine `wasm`, in which oneDNN, the library inside PyTorch and
 * TensorFlow for CPUs, computes convolutions and matrix products: primitives for one thread, one on each thread's share.
 */

import type { Provider } from '../compiler/provider.js';
import type { EngineFacts } from '../engine.js';
import { openWasmEngine, type WasmEngine, type WasmEngineOptions } from '../wasm/wasm.js';
import { foreignCalls } from './calls.js';
import { OneDnn } from './library.js';
import {
  conv2dBackwardInputLowering,
  conv2dBackwardWeightLowering,
  conv2dLowering,
} from './lower/conv2d.js';
import { linearLowering, matmulLowering } from './lower/product.js';

/** What `wick doctor` says about the library. */
export type LibraryReport = NonNullable<EngineFacts['library']>;

export interface OneDnnEngine extends WasmEngine {
  readonly facts: WasmEngine['facts'] & { readonly library: LibraryReport };
}

export interface OneDnnEngineOptions extends Omit<WasmEngineOptions, 'provider'> {
  /** Take bfloat16 where the CPU has no instructions for it: slower than float32, for tests. @default false */
  readonly emulateBfloat16?: boolean;
}

/** Opens the engine with the library at `path`, after the libraries that it needs and the system may not find. */
export function openOneDnnEngine(
  path: string,
  preload: readonly string[] = [],
  { emulateBfloat16 = false, ...options }: OneDnnEngineOptions = {},
): OneDnnEngine {
  const onednn = new OneDnn(path, preload);
  const { file, version, isa, bf16 } = onednn;
  const provider: Provider = {
    name: 'onednn',
    withoutBfloat16: bf16 || emulateBfloat16 ? undefined : `a CPU with ${isa}`,
    lowerings: {
      conv2d: conv2dLowering(onednn),
      conv2dBackwardInput: conv2dBackwardInputLowering(onednn),
      conv2dBackwardWeight: conv2dBackwardWeightLowering(onednn),
      linear: linearLowering(onednn),
      matmul: matmulLowering(onednn),
    },
    code: {
      module: new URL('./calls.js', import.meta.url).href,
      data: file,
      calls: (memory) => foreignCalls(memory, file),
    },
  };
  const engine = openWasmEngine({ ...options, provider });
  return { ...engine, facts: { ...engine.facts, library: { version, path, isa, bf16 } } };
}
