/** A headless Chromium, where the system has one. */
import { spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Its path: WICK_CHROMIUM, or the first on the PATH. */
export function findChromium(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const onPath = folders.flatMap((folder) => names.map((name) => join(folder, name)));
  return [process.env.WICK_CHROMIUM ?? '', ...onPath].find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return path !== '';
  } catch {
    return false;
  }
}

const options = [
  '--headless',
  '--no-sandbox', // Chromium does not start as root otherwise.
  '--disable-gpu',
  '--disable-quic',
  '--disable-sync',
  '--disable-background-networking',
  '--disable-component-update',
  '--no-first-run',
];

export interface Browser {
  /** What it has said so far. */
  readonly log: string;
  /** Ends it and all its processes, and removes what it has stored. */
  close(): Promise<void>;
}

/** Opens the address in a browser that knows nothing from before. */
export function openBrowser(chromium: string, url: string): Browser {
  const profile = mkdtempSync(join(tmpdir(), 'wick-chromium-'));
  const child = spawn(chromium, [...options, `--user-data-dir=${profile}`, url], {
    detached: true, // A process group of its own, to be ended as one.
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (chunk) => {
    log += chunk;
  });
  const ended = new Promise((resolve) => {
    child.on('close', resolve);
    child.on('error', resolve);
  });
  return {
    get log() {
      return log;
    },
    async close() {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
      await ended;
      rmSync(profile, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}
