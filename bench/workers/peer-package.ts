/** Packages of the peers, which the folders of `bench/peers` install beside the project's own. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectRoot } from '../project-root.js';

const folders = ['onnxruntime', 'js'];
const manifests = folders.map((folder) => join(projectRoot, 'bench/peers', folder, 'package.json'));

/** How to install them, for messages. */
export const installPeers = folders
  .map((folder) => `npm ci --ignore-scripts --prefix bench/peers/${folder}`)
  .join(' && ');

/** Where a package's main file is; undefined while it is not installed. */
export function findPeer(name: string): string | undefined {
  for (const manifest of manifests) {
    try {
      return createRequire(manifest).resolve(name);
    } catch {} // It may be in the other.
  }
  return undefined;
}

/** Imports a package, as the interface `T` that the caller has written down for it. */
export async function importPeer<T>(name: string): Promise<T> {
  const path = findPeer(name);
  if (path === undefined) throw new Error(`${name} is not installed; install it: ${installPeers}`);
  const module = (await import(pathToFileURL(path).href)) as { default: T }; // CommonJS
  return module.default;
}

/** Those that are installed. */
export function peerVersions(): Readonly<Record<string, string>> {
  const all = manifests.flatMap((manifest) => {
    const { dependencies } = JSON.parse(readFileSync(manifest, 'utf8')) as {
      dependencies: Record<string, string>; // exact versions
    };
    return Object.entries(dependencies);
  });
  return Object.fromEntries(all.filter(([name]) => findPeer(name) !== undefined));
}
