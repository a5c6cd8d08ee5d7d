/** A path as one word of a command that people copy: quoted where a shell would split it or act on it. */
export function shellWord(path: string): string {
  if (process.platform === 'win32') return /[\s&()^;,]/.test(path) ? `"${path}"` : path;
  return /^[\p{L}\p{N}_@%+=:,./-]+$/u.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
