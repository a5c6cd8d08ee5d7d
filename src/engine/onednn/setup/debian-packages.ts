/**
 * Debian's packages (and Ubuntu's) without being root: apt may be asked and may download anywhere, and dpkg-deb unpacks
 * anywhere; only installing is root's.
 */
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { complaint, type Output, runCommand } from './run-command.js';

export interface DebianPackage {
  readonly name: string;
  readonly version: string;
}

export class Apt {
  private constructor(
    private readonly options: readonly string[],
    private readonly signal: AbortSignal | undefined,
    /** What apt said when lists were fetched: that one source of several is out of reach does no harm by itself. */
    private readonly said = '',
  ) {}

  /** With what the system knows of packages. */
  static ofSystem(signal?: AbortSignal): Apt {
    return new Apt([], signal);
  }

  /** With lists of its own, fetched into `folder`: the system's may be old, or missing, as in many containers. */
  static async withFreshLists(folder: string, signal?: AbortSignal): Promise<Apt> {
    await mkdir(join(folder, 'lists', 'partial'), { recursive: true });
    await mkdir(join(folder, 'archives', 'partial'), { recursive: true });
    const own = [`Dir::State::Lists=${folder}/lists`, `Dir::Cache=${folder}`];
    // As root, apt would hand downloads to a user who may not write here.
    if (process.getuid?.() === 0) own.push('APT::Sandbox::User=root');
    const options = own.flatMap((option) => ['-o', option]);
    const { stderr } = await runCommand('apt-get', [...options, 'update'], { signal });
    return new Apt(options, signal, stderr);
  }

  /** The newest package of oneDNN that apt knows: its name has the version, as in libdnnl2 and libdnnl3.6. */
  async libraryPackage(): Promise<string | undefined> {
    const { stdout } = await this.run('apt-cache', ['search', '--names-only', '^libdnnl[0-9.]+$']);
    const names = stdout.split('\n').flatMap((line) => line.split(' ')[0] || []);
    return names.sort(new Intl.Collator('en', { numeric: true }).compare).at(-1);
  }

  /** The newest package of oneDNN, and what it needs that the system does not have. Throws where apt has none. */
  async libraryAndMissing(): Promise<DebianPackage[]> {
    const name = await this.libraryPackage();
    if (name === undefined) throw this.noPackage();
    const plan = await this.simulate(['install', name]);
    if (plan.some((entry) => entry.name === name)) return plan;
    // Where it is installed, the plan is empty; a copy of it is wanted all the same.
    const copy = await this.simulate(['--reinstall', 'install', name], name);
    if (copy.length === 0) throw this.noPackage();
    return [...copy, ...plan];
  }

  private noPackage(): Error {
    return new Error(`apt has no package of oneDNN (${complaint(this.said) ?? 'no libdnnl'})`);
  }

  /** Downloads the packages into `folder`; returns the files. */
  async download(packages: readonly DebianPackage[], folder: string): Promise<string[]> {
    await mkdir(folder, { recursive: true });
    const names = packages.map(({ name, version }) => `${name}=${version}`);
    await this.run('apt-get', ['download', ...names], folder);
    const files = await readdir(folder);
    return files.filter((file) => file.endsWith('.deb')).map((file) => join(folder, file));
  }

  /** Packages that apt would put onto the system; those already there in another version only if named. */
  private async simulate(command: readonly string[], named?: string): Promise<DebianPackage[]> {
    const args = ['--simulate', '--no-install-recommends', ...command];
    const { stdout } = await this.run('apt-get', args);
    const lines = stdout.matchAll(/^Inst (\S+) (?:\[([^\]]*)\] )?\((\S+)/gm);
    return [...lines].flatMap(([, name = '', installed, version = '']) =>
      installed === undefined || name === named ? { name, version } : [],
    );
  }

  private run(program: string, args: readonly string[], cwd?: string): Promise<Output> {
    const { options, signal } = this;
    return runCommand(program, [...options, ...args], {
      signal,
      ...(cwd !== undefined && { cwd }),
    });
  }
}

/** Unpacks a package's files into `folder`, as if that were the root. */
export async function unpack(file: string, folder: string, signal?: AbortSignal): Promise<void> {
  await runCommand('dpkg-deb', ['-x', file, folder], { signal });
}

/** Whether this system has the programs that this file runs. */
export async function hasApt(): Promise<boolean> {
  try {
    for (const program of ['apt-get', 'apt-cache', 'dpkg-deb'])
      await runCommand(program, ['--version']);
    return true;
  } catch {
    return false;
  }
}
