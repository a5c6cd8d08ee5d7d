/** The one file that knows the package webgpu, which is Dawn for Node; it is used where it is installed. */
import { EngineError, reasonOf } from '../../../core/errors.js';
import type { Gpu } from './gpu-api.js';

interface DawnPackage {
  create(flags: readonly string[]): Gpu;
}

const packageName = 'webgpu';

/** The version that is tested. */
const version = '0.6.2';

/** How to get it, for messages: 132 MB, so nobody gets it who has not asked for it. */
export const installDawn = `npm install ${packageName}@${version}`;

/**
 * WebGPU in Node: by the package that WICK_WEBGPU names, that beside wick, or that in the folder where the process was started.
 *
 * @throws EngineError where it is not installed, or not for this machine
 */
export async function loadDawn(): Promise<Gpu> {
  const path = findPackage();
  if (path === undefined)
    throw new EngineError(
      'webgpu',
      `the package ${packageName} is not installed, which brings WebGPU to Node; ${installDawn}`,
    );
  try {
    const { create } = (await import(path)) as DawnPackage;
    return create([]);
  } catch (cause) {
    throw new EngineError(
      'webgpu',
      `the package at ${path} cannot be loaded (${reasonOf(cause)}); install it anew: ${installDawn}`,
      { cause },
    );
  }
}

/** The URL of the package's module. */
function findPackage(): string | undefined {
  const { createRequire } = process.getBuiltinModule('node:module');
  const { join } = process.getBuiltinModule('node:path');
  const { pathToFileURL } = process.getBuiltinModule('node:url');
  const named = process.env.WICK_WEBGPU;
  if (named) return pathToFileURL(join(named, 'index.js')).href;
  for (const from of [import.meta.url, join(process.cwd(), 'package.json')])
    try {
      return pathToFileURL(createRequire(from).resolve(packageName)).href;
    } catch {
      // Not there: the next place.
    }
  return undefined;
}

/** Whether the package is installed, without loading it. */
export function hasDawn(): boolean {
  return findPackage() !== undefined;
}
