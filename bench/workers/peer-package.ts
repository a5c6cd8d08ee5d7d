/** Packages of the peers, which `bench/peers/js` installs beside the project's own. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectRoot } from '../project-root.js';

const manifest = join(projectRoot, 'bench/peers/js/package.json');

/** How to install them, for messages. */
export const installPeers = 'npm ci --ignore-scripts --prefix bench/peers/js';

/** Where a package's main file is; undefined while it is not installed. */
export function findPeer(name: string): string | undefined {
  try {
    return createRequire(manifest).resolve(name);
  } catch {
    return undefined;
  }
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
  const { dependencies } = JSON.parse(readFileSync(manifest, 'utf8')) as {
    dependencies: Record<string, string>; // exact versions
  };
  return Object.fromEntries(
    Object.entries(dependencies).filter(([name]) => findPeer(name) !== undefined),
  );
}
