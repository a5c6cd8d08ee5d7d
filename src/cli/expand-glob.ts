import { isAbsolute } from 'node:path';

/** Whether a path that is not there may be meant as a pattern. */
export function isGlob(path: string): boolean {
  return /[*?{[]/.test(path);
}

/** The files that a pattern names, where the shell has not done so: in quotes, and on Windows. By name. */
export async function expandGlob(pattern: string): Promise<string[]> {
  const { glob } = await import('tinyglobby');
  const found = await glob(process.platform === 'win32' ? pattern.replaceAll('\\', '/') : pattern, {
    absolute: isAbsolute(pattern),
    expandDirectories: false,
  });
  return found.sort();
}
