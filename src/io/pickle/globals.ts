import { quote } from '../../core/outside-text.js';

/**
 * What stands for a Python class or function in a pickle: code of ours that makes a plain value of plain arguments.
 * Nothing else can be called.
 */
export interface PickleGlobal {
  /** What calling it, or making an instance of it, gives. Absent where it is only a name, such as a class. */
  readonly construct?: (args: readonly unknown[]) => unknown;
  /** Fills an object that `construct` made with its state. */
  readonly setState?: (object: object, state: unknown) => void;
}

/** The allow-list: `'module name'` → what it stands for. */
export type PickleGlobals = Readonly<Record<string, PickleGlobal>>;

/** An entry of the allow-list as it appears among a pickle's values. */
export class GlobalReference {
  constructor(
    readonly name: string,
    readonly global: PickleGlobal,
  ) {}
}

/** Python's own harmless ones. */
export const pythonGlobals: PickleGlobals = {
  'collections OrderedDict': { construct: ([items]) => orderedDict(items), setState: () => {} },
  // Python 3 writes bytes in protocols 0–2 as the call encode(text, 'latin1').
  '_codecs encode': { construct: encode },
  ...builtins({
    bytes: { construct: bytes },
    bytearray: { construct: bytes },
    set: { construct: set },
    frozenset: { construct: set },
  }),
};

/** The entry for a global, or the refusal that names it. */
export function lookUp(
  globals: PickleGlobals,
  name: string,
  fail: (detail: string) => Error,
): GlobalReference {
  const global = Object.hasOwn(globals, name) ? globals[name] : undefined;
  if (global === undefined)
    throw fail(
      `the pickle asks for ${quote(name.replace(' ', '.'))}, which is not on the list of what may be loaded; ` +
        'it is of another kind, or made to run code: nothing was run',
    );
  return new GlobalReference(name, global);
}

function orderedDict(items: unknown): Map<unknown, unknown> {
  const entries: readonly unknown[] = Array.isArray(items) ? items : [];
  if (!entries.every((entry) => Array.isArray(entry) && entry.length === 2))
    throw new TypeError('a dict of something else than pairs');
  return new Map(entries as [unknown, unknown][]);
}

function encode([text]: readonly unknown[]): Uint8Array {
  if (typeof text !== 'string') throw new TypeError('bytes of something else than a text');
  return Buffer.from(text, 'latin1');
}

function bytes([content]: readonly unknown[]): Uint8Array {
  if (typeof content === 'string') return Buffer.from(content, 'latin1');
  return content instanceof Uint8Array ? content : new Uint8Array(0);
}

function set([items]: readonly unknown[]): Set<unknown> {
  return new Set(Array.isArray(items) ? items : []);
}

/** Under the names of their module in Python 2, which protocols 0–2 use, and in Python 3. */
function builtins(entries: PickleGlobals): PickleGlobals {
  const named = Object.entries(entries).flatMap(([name, entry]) => [
    [`__builtin__ ${name}`, entry],
    [`builtins ${name}`, entry],
  ]);
  return Object.fromEntries(named);
}
