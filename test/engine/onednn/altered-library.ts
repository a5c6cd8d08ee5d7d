/** Libraries that do not work: copies of the machine's own, with a few bytes changed. */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import type { LibraryReport } from '../../../src/engine/onednn/onednn.js';

/** What `dnnl_version` tells: 32-bit words from its start. */
const versionFields = { major: 0, cpuRuntime: 6 } as const;

/** Copies a library, with another number in the struct that tells its version and how it was built. */
export function withVersionField(
  { path, version }: LibraryReport,
  copy: string,
  field: keyof typeof versionFields,
  value: number,
): void {
  const bytes = readFileSync(path);
  const start = Buffer.from(Uint32Array.from([...version.split('.').map(Number), 0]).buffer);
  const offsets: number[] = [];
  for (let at = bytes.indexOf(start); at >= 0; at = bytes.indexOf(start, at + 1))
    if ([1, 2, 4, 8].includes(bytes.readUInt32LE(at + 4 * versionFields.cpuRuntime)))
      offsets.push(at);
  if (offsets.length === 0) throw new Error(`${path} has no struct of its version`);
  for (const at of offsets) bytes.writeUInt32LE(value, at + 4 * versionFields[field]);
  writeFileSync(copy, bytes);
}

/** Copies a library, with a function's name changed: nobody finds it any more. */
export function withoutFunction({ path }: LibraryReport, copy: string, name: string): void {
  copyFileSync(path, copy);
  const bytes = readFileSync(copy);
  const at = bytes.indexOf(`\0${name}\0`);
  if (at < 0) throw new Error(`${path} has no name ${name}`);
  bytes.write('x', at + 1);
  writeFileSync(copy, bytes);
}
