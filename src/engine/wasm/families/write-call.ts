/** What a kernel is told, as its argument words. */
import { float, type Word } from '../../compiler/lowering.js';
import { Pointer } from '../../compiler/region.js';
import type { KernelCall } from '../../compiler/target.js';
import { double } from '../lower/double.js';
import type { Call, FieldKind, FieldTypes } from './family.js';

export type GivenArguments = Readonly<Record<string, FieldTypes[FieldKind]>>;

const writers: { readonly [Kind in FieldKind]: (value: FieldTypes[Kind]) => readonly Word[] } = {
  read: (pointer) => [pointer.readonly()],
  'read?': (pointer) => [pointer?.readonly() ?? 0],
  write: (pointer) => [pointer],
  'write?': (pointer) => [pointer ?? 0],
  i32: (value) => [value],
  usize: (value) => [value],
  f32: (value) => [float(value)],
  f64: (value) => double(value),
  bool: (value) => [Number(value)],
  words: (values) => values,
  pointers: (pointers) => pointers,
};

function wordsOf<Kind extends FieldKind>(kind: Kind, value: FieldTypes[Kind]): readonly Word[] {
  return writers[kind](value);
}

/** The words in the order of the fields, and how the phase divides the work. */
export function writeCall({ fields, flat }: Call, args: GivenArguments): KernelCall {
  const words = Object.entries(fields).flatMap(([name, kind]) => wordsOf(kind, args[name]));
  if (flat === undefined) return { words };
  const own = flat.own.map((name) => args[name]).filter((value) => value instanceof Pointer);
  return { words, split: `flat:${args[flat.count]}`, own };
}
