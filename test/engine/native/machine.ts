/** Whether this machine runs emitted code, for tests that need it. */
import { EngineError } from '../../../src/core/errors.js';
import { cpuFeatures } from '../../../src/engine/native/cpu.js';
import { codeMemory } from '../../../src/engine/native/memory.js';
import {
  type Level,
  type NativeEngine,
  type NativeEngineOptions,
  openNativeEngine,
} from '../../../src/engine/native/native.js';

/** The vectors that this machine's code can use. */
export const nativeLevels: readonly Level[] = (['amx', 'avx512', 'avx2'] as const).filter(
  (level) => reasonAgainst(level) === false,
);

/** For the option `skip` of tests in which it computes in bfloat16. */
export const withoutNarrow =
  nativeLevels.includes('avx512') && cpuFeatures(codeMemory()).avx512Bf16
    ? false
    : 'this CPU does not multiply bfloat16';

/** For the option `skip` of tests that need AMX. */
export const withoutTiles = nativeLevels.includes('amx') ? false : 'this CPU has no AMX';

/** For the option `skip` of tests that need engine `native`. */
export const withoutNative = reasonAgainst();

function reasonAgainst(level?: Level): string | false {
  try {
    openNativeEngine({ threads: 1, ...(level !== undefined && { level }) }).stop();
    return false;
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return error.message;
  }
}

/** The engine, with settings of its own. */
export function openMachineCode(options: NativeEngineOptions = {}): NativeEngine {
  return openNativeEngine(options);
}
