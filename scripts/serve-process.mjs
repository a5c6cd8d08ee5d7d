// What bench-serve and verify-serve share: a server of its own process, and clients that keep their connections.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const build = resolve(process.env.WICK_BUILD ?? 'dist');
export const main = join(build, 'src/cli/main.js');
export const load = (file) => import(pathToFileURL(join(build, file)).href);

/** Starts `wick serve`, with options of Node's own; `end` sends SIGTERM and gives the exit code. */
export function startServer(args, ofNode = []) {
  return startProcess([...ofNode, main, 'serve', ...args, '--port', '0', '--json']);
}

/** Starts a program of Node that says its address as `wick serve` does. */
export async function startProcess(all) {
  const child = spawn(process.execPath, all, { stdio: ['ignore', 'pipe', 'pipe'] });
  const kill = () => child.kill();
  process.on('exit', kill); // whatever went wrong here
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk) => (out += chunk));
  child.stderr.on('data', (chunk) => (err += chunk));
  const exited = once(child, 'exit');
  while (!out.includes('\n')) {
    await Promise.race([once(child.stdout, 'data'), exited]);
    if (child.exitCode !== null) throw new Error(err);
  }
  const { port } = new URL(JSON.parse(out.split('\n')[0]).url);
  return {
    port: Number(port),
    pid: child.pid,
    log: () => err,
    async end() {
      child.kill('SIGTERM');
      const [code] = await exited;
      process.off('exit', kill);
      return code;
    },
  };
}

/** A client with connections of its own. */
export function client(port, connections) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  return {
    ask: (path, { method = 'GET', headers = {}, body } = {}) =>
      new Promise((done, failed) => {
        const asking = request({ host: '127.0.0.1', port, path, method, headers, agent });
        asking.on('response', (response) => {
          const { statusCode: status, headers } = response;
          let text = '';
          response.setEncoding('utf8').on('data', (chunk) => (text += chunk));
          response.on('error', () => {}); // it broke off, which `complete` tells
          response.on('close', () =>
            done({ status, headers, body: response.complete ? text : '' }),
          );
        });
        asking.on('error', failed);
        asking.end(body);
      }),
    close: () => agent.destroy(),
  };
}

/** The body of a form (`multipart/form-data`) of files that are all named `images`. */
export function formOfImages(files, boundary) {
  const head = (n) =>
    `--${boundary}\r\ncontent-disposition: form-data; name="images"; filename="${n}"\r\n\r\n`;
  const parts = files.flatMap((bytes, n) => [Buffer.from(head(n)), bytes, Buffer.from('\r\n')]);
  return Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]);
}

/** The value of one of the server's metrics. */
export async function metric(ask, name) {
  const { body } = await ask('/metrics');
  return Number(new RegExp(`^${name} (.*)$`, 'm').exec(body)?.[1]);
}

/** What of sorted numbers so many are below, 0–1. */
export function quantile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

/** Bytes of memory of a process that lie in RAM; null where the system does not say. */
export function residentBytes(pid) {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) * 1024;
  } catch {
    return null;
  }
}
