/** What a kernel is told, as its argument words. */
import { float, type Word } from '../../compiler/lowering.js';
import { Pointer } from '../../compiler/region.js';
import type { KernelCall } from '../../compiler/target.js';
import { double } from '../lower/double.js';
import type { Call, FieldKind, Fields, FieldTypes } from './family.js';

type Value = FieldTypes[FieldKind];
export type GivenArguments = Readonly<Record<string, Value | Readonly<Record<string, Value>>>>;

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

function fieldWords(fields: Fields, args: GivenArguments, reads: readonly string[]): Word[] {
  return Object.entries(fields).flatMap(([name, kind]) => {
    const value = args[name];
    const words =
      typeof kind === 'string'
        ? wordsOf(kind, value as Value)
        : fieldWords(kind.fields, value as GivenArguments, []);
    if (!reads.includes(name)) return words;
    return words.map((word) => (word instanceof Pointer ? word.readonly() : word));
  });
}

/** The words in the order of the fields, and how the phase divides the work; `reads` are only read. */
export function writeCall(
  { fields, flat }: Call,
  args: GivenArguments,
  reads: readonly string[] = [],
): KernelCall {
  const words = fieldWords(fields, args, reads);
  if (flat === undefined) return { words };
  const own = flat.own.map((name) => args[name]).filter((value) => value instanceof Pointer);
  return { words, split: `flat:${args[flat.count]}`, own };
}
