/**
 * A family describes the kernels of one file of `kernels/`: what each is told, in the order of the argument words. From it
 * follow the types that lowerings fill in, the words, the AssemblyScript class that kernels read them through
 * (`scripts/generate-kernels.mjs`), the exports and the kernel table.
 */
import type { Pointer } from '../../compiler/region.js';

/** What TypeScript gives for a field of each kind. */
export interface FieldTypes {
  /** Memory that the kernel only reads; with `?`, it does without where there is none. */
  readonly read: Pointer;
  readonly 'read?': Pointer | undefined;
  /** Memory that the kernel writes, and may read. */
  readonly write: Pointer;
  readonly 'write?': Pointer | undefined;
  readonly i32: number;
  /** A size or a distance in bytes. */
  readonly usize: number;
  readonly f32: number;
  /** Two words. */
  readonly f64: number;
  readonly bool: boolean;
  /** As many as there are: only at the end. */
  readonly words: readonly number[];
  readonly pointers: readonly Pointer[];
}

export type FieldKind = keyof FieldTypes;

/** Fields that several calls have, or one has twice, each time one behind the other: a class of their own. */
export interface Group {
  /** Of the AssemblyScript class. */
  readonly name: string;
  readonly fields: Readonly<Record<string, Exclude<FieldKind, 'f64' | 'words' | 'pointers'>>>;
}

export type Fields = Readonly<Record<string, FieldKind | Group>>;

/** Kernels that are told the same. */
export interface Call<Name extends string = string, Stored extends string = string> {
  readonly kernels: readonly Name[];
  /** Those of them that exist for bfloat16 too, under their name and `Bf16`: `kernel<T>` of the elements' type. */
  readonly bfloat16?: readonly Stored[];
  readonly fields: Fields;
  /** By kernel: fields that others write, and this one only reads. */
  readonly reads?: Readonly<Record<string, readonly string[]>>;
  /** Each thread touches only its part of the `own` tensors: `flatStart` of as many elements as `count` says. */
  readonly flat?: { readonly count: string; readonly own: readonly string[] };
  /** Element-wise: each kernel is the file's `map` of this expression. */
  readonly functions?: Readonly<Record<string, Expression>>;
}

/** AssemblyScript on vectors of four; what it calls is exported by `kernels/activations.ts`. */
export interface Expression {
  readonly parameters: readonly string[];
  readonly value: string;
  /** Of single floats instead, true or false. */
  readonly test?: boolean;
}

/** By the name of the AssemblyScript class, which families share where it has the same members. */
export type Family = Readonly<Record<string, Call>>;

export type ArgumentsOf<F> = {
  readonly [Name in keyof F]: F[Name] extends FieldKind
    ? FieldTypes[F[Name]]
    : F[Name] extends Group
      ? ArgumentsOf<F[Name]['fields']>
      : never;
};

/** The names of a call's kernels, those for bfloat16 among them. */
export type NamesOf<C> = C extends { readonly kernels: readonly (infer Name extends string)[] }
  ? Name | StoredNamesOf<C>
  : never;

type StoredNamesOf<C> = C extends { readonly bfloat16: readonly (infer Name extends string)[] }
  ? `${Name}Bf16`
  : never;
