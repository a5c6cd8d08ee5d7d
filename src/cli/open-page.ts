import { spawn } from 'node:child_process';
import { printAside } from './output.js';

const openers: Readonly<Record<string, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};

/** Opens a file or an address with what the system opens such with. */
export function openPage(target: string): void {
  const [program, ...args] = openers[process.platform] ?? ['xdg-open'];
  const child = spawn(program, [...args, target], { stdio: 'ignore', detached: true });
  child.on('error', () => printAside(`note: ${program} is not there to open it`));
  child.unref();
}
