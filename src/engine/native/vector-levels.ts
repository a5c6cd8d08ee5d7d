/** Which vectors a CPU has. */
export interface VectorLevel {
  readonly name: string;
  readonly bits: 512 | 256;
  /** Floats of a vector. */
  readonly lanes: 16 | 8;
  readonly registers: 32 | 16;
  /** Whether there are AMX's tiles of bfloat16. @default false */
  readonly tiles?: true;
}

export const avx512: VectorLevel = { name: 'AVX-512', bits: 512, lanes: 16, registers: 32 };
export const amx: VectorLevel = { ...avx512, name: 'AVX-512 and AMX', tiles: true };
export const avx2: VectorLevel = { name: 'AVX2', bits: 256, lanes: 8, registers: 16 };
