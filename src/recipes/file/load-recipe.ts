/**
 * Recipe files are code, and only their user may start code. Naming a file does: its path and content are remembered on this
 * machine. A run says which file it was trained by; that is run again only where the same content has been run from the same
 * path before, as whoever has sent a run could name any file, or put one beside it. Otherwise it has to be named.
 */
import { createHash } from 'node:crypto';
import { access, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { z } from 'zod';
import { cacheFolder } from '../../core/cache-folder.js';
import { DataError, WickError } from '../../core/errors.js';
import { hashCode, loadModule } from '../../core/load-module.js';
import { makeFolders } from '../../core/make-folders.js';
import { show } from '../../core/outside-text.js';
import { defineRecipe, type RecipeDefinition } from './define-recipe.js';

/** Where code is, and the SHA-256 of the file. */
export const codeSchema = z.object({
  path: z.string().min(1).max(4096),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type CodeRecord = Readonly<z.output<typeof codeSchema>>;

export interface RecipeFile {
  readonly code: CodeRecord;
  readonly definition: RecipeDefinition;
}

/** Runs a recipe file that the user has named. @throws DataError that says what is wrong with it */
export async function loadRecipe(file: string): Promise<RecipeFile> {
  const { path, sha256, exports } = await loadModule(file);
  const given = exports.default;
  if (typeof given !== 'object' || given === null) {
    const what =
      given === undefined ? 'has no default export' : `exports ${show(given)} by default`;
    const hint = 'export default defineRecipe({ data, model, … })';
    throw new DataError(file, `${what}, a recipe is required: ${hint}`);
  }
  try {
    const definition = defineRecipe(given as RecipeDefinition); // which checks what it can
    await remember({ path, sha256 });
    return { code: { path, sha256 }, definition };
  } catch (cause) {
    const what = cause instanceof WickError ? cause.detail : String(cause);
    throw new DataError(file, what, { cause });
  }
}

/**
 * The recipe of a run, in the file that the run says, or in `named`.
 *
 * @throws DataError where the file is not there, or has not been run as it is on this machine
 */
export async function recordedRecipe(
  run: string,
  record: CodeRecord,
  named?: string,
): Promise<RecipeFile> {
  if (named !== undefined) return await loadRecipe(named);
  const now = await hashCode(record.path).catch(() => null);
  if (now === null)
    throw new DataError(
      run,
      `was trained by code in ${record.path}, which is not there any more; pass { recipe: 'FILE' } to say where it is now`,
    );
  if (!(await isKnown(now)))
    throw new DataError(
      run,
      `was trained by code in ${record.path}, which has not been run on this machine as it is now, and a run may not start it by itself; ` +
        `look at it, and pass { recipe: '${record.path}' } to run it`,
    );
  return await loadRecipe(record.path);
}

/** What is to be said of code that is not what the run was trained by; null where it is. */
export function changeOf(record: CodeRecord, { code }: RecipeFile): string | null {
  if (record.sha256 === code.sha256) return null;
  return `${code.path} is not as it was when the run was trained: SHA-256 ${code.sha256.slice(0, 12)}…, then ${record.sha256.slice(0, 12)}…`;
}

/** The file that says that this content has been run from this path. */
function markOf({ path, sha256 }: CodeRecord): string {
  const key = createHash('sha256')
    .update(`${resolve(path)}\n${sha256}`)
    .digest('hex');
  return cacheFolder('recipes', key);
}

async function isKnown(code: CodeRecord): Promise<boolean> {
  return await access(markOf(code)).then(
    () => true,
    () => false,
  );
}

/** Where it cannot be written, the file has to be named again. */
async function remember(code: CodeRecord): Promise<void> {
  try {
    await makeFolders(cacheFolder('recipes'));
    await writeFile(markOf(code), `${code.path}\n`);
  } catch {}
}
