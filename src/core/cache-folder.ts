/** wick's folder for what can be fetched or made again: `$WICK_CACHE`, or `~/.cache/wick`. For Node only. */
export function cacheFolder(...parts: readonly string[]): string {
  return cacheFolderIn(process.env, ...parts);
}

/** The same by an environment that is not the process's own. */
export function cacheFolderIn(
  env: Readonly<Record<string, string | undefined>>,
  ...parts: readonly string[]
): string {
  const { join } = process.getBuiltinModule('node:path');
  const { homedir } = process.getBuiltinModule('node:os');
  return join(env.WICK_CACHE || join(homedir(), '.cache', 'wick'), ...parts);
}
