/**
 * Where a command writes. Results come at the end of work that may take hours, so that a place where they cannot go is refused
 * before.
 */
import { accessSync, constants, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import { systemReason } from '../core/system-reason.js';

type Kind = 'file' | 'dir';

/** `-o`, `--out`: where it goes, of every command that writes something. */
export const outOption = (kind: Kind, description: string): Option =>
  new Option(`-o, --out <${kind}>`, description).argParser(writable(kind));

/** A path where what is asked for, a file or a folder or either, can be written; the path comes as it was given. */
export function writable(kind: Kind | 'either'): (path: string) => string {
  return (path) => {
    const there = statusOf(path);
    if (there !== null) requireKind(there, kind);
    const folder = there?.isDirectory() ? path : nearestAbove(path);
    try {
      accessSync(folder, constants.W_OK);
    } catch (cause) {
      throw new InvalidArgumentError(`${folder} cannot be written to (${systemReason(cause)}).`);
    }
    return path;
  };
}

function requireKind(there: Stats, kind: Kind | 'either'): void {
  const required = kind === 'dir' ? 'a folder' : kind === 'file' ? 'a file' : 'a file or a folder';
  const given = there.isFile() ? 'a file' : there.isDirectory() ? 'a folder' : 'a pipe or a device';
  if (!required.includes(given))
    throw new InvalidArgumentError(`it is ${given}, ${required} is required.`);
}

/** The folder that is there already and in which the others would be made. */
function nearestAbove(path: string): string {
  const above = dirname(path);
  const status = statusOf(above);
  if (status === null && above !== path) return nearestAbove(above);
  if (status?.isDirectory() === false)
    throw new InvalidArgumentError(`${above} is a file, a folder is required.`);
  return above;
}

function statusOf(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    return null; // nothing is there, or it is below what is no folder
  }
}
