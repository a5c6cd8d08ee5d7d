/** JSON files that anybody may have written or changed: bounded in size, and checked by a schema that names the wrong field. */
import type { z } from 'zod';
import { DataError } from '../core/errors.js';
import { quote, show } from '../core/outside-text.js';
import { type ReadFailure, readRegularFile } from '../core/regular-file.js';
import { systemReason } from '../core/system-reason.js';

/** A list of 65,536 class names has 1–2 MB. */
const maxJsonBytes = 2 ** 22;

/** Lists and objects within each other: a model's transforms have a handful. */
const maxDepth = 64;

/** Reads a JSON file of at most `maxBytes`. @throws DataError when it is missing, too large or not JSON */
export async function readJson(path: string, maxBytes = maxJsonBytes): Promise<unknown> {
  return parseJson(await readRegularFile(path, maxBytes), dataError(path), maxBytes);
}

function dataError(path: string): ReadFailure {
  return (detail, cause) => new DataError(path, detail, { cause });
}

/** The value in JSON of at most `maxBytes` that comes from outside. */
export function parseJson(bytes: Uint8Array, fail: ReadFailure, maxBytes = maxJsonBytes): unknown {
  if (bytes.length > maxBytes)
    throw fail(`has ${bytes.length} bytes, at most ${maxBytes} are allowed`);
  if (isDeep(bytes)) throw fail(`has lists and objects over ${maxDepth} deep in each other`);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw fail(`is no JSON (${systemReason(cause)})`, cause);
  }
}

/** Whether brackets, outside of texts, lie in each other too deep: parsing them would take forty times their bytes. */
function isDeep(bytes: Uint8Array): boolean {
  let depth = 0;
  let inText = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === 0x22) inText = !inText;
    else if (inText) i += byte === 0x5c ? 1 : 0;
    else if (byte === 0x5b || byte === 0x7b) {
      if (++depth > maxDepth) return true;
    } else if (byte === 0x5d || byte === 0x7d) depth--;
  }
  return false;
}

/** The value as the schema has it. @throws DataError, or what `path` makes of it, that names the first wrong field, what is there and what is required */
export function checkJson<T>(
  path: string | ReadFailure,
  schema: z.ZodType<T>,
  value: unknown,
  advice: string,
): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const keys = issue?.path ?? [];
  const found = keys.reduce(ownProperty, value);
  const required = (issue?.message ?? 'not valid').replace(/^[A-Z][a-z ]+: /, ''); // `Invalid input: `
  const fail = typeof path === 'string' ? dataError(path) : path;
  throw fail(`field ${quote(keys.join('.'))}: given ${show(found)}, ${required}; ${advice}`);
}

function ownProperty(value: unknown, key: PropertyKey): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Readonly<Record<PropertyKey, unknown>>)[key];
}
