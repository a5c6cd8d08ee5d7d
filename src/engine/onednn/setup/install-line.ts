import { readFile } from 'node:fs/promises';
import { Apt } from './debian-packages.js';

/** The one line that installs oneDNN on this system, for those who are root or have conda. */
export async function installLine(
  platform: string = process.platform,
  osRelease?: string,
): Promise<string> {
  if (platform === 'darwin') return 'brew install onednn';
  if (platform !== 'linux') return conda;
  const release = osRelease ?? (await readFile('/etc/os-release', 'utf8').catch(() => ''));
  const [id, like] = ['ID', 'ID_LIKE'].map((key) => field(release, key));
  if (id === 'fedora') return 'sudo dnf install onednn';
  if (![id, ...(like ?? '').split(' ')].some((name) => name === 'debian' || name === 'ubuntu'))
    return conda;
  // The package's name has the version; that of the headers is the same everywhere, and brings the library.
  const name = await Apt.ofSystem()
    .libraryPackage()
    .catch(() => undefined);
  return `sudo apt-get install ${name ?? 'libdnnl-dev'}`;
}

const conda = 'conda install -c conda-forge onednn-cpu-omp';

function field(release: string, key: string): string | undefined {
  return new RegExp(`^${key}="?([^"\n]*)`, 'm').exec(release)?.[1];
}
