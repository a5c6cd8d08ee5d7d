/** A web server for tests: the build's folder, the digits, one page that runs `page.ts`, and a place to post results. */
import { once } from 'node:events';
import { createReadStream, existsSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, dirname, extname, join, normalize } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { PageResult } from './train-and-tell.js';

const build = fileURLToPath(new URL('../../', import.meta.url));
const folders: Readonly<Record<string, string>> = {
  build,
  digits: join(above('assets'), 'digits'),
};

const contentTypes: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.wasm': 'application/wasm',
  '.gz': 'application/octet-stream', // The page unpacks it, not the browser.
};

/** What makes a page cross-origin isolated, and so gives it shared memory. */
const isolation = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};

export interface SiteOptions {
  /** Whether pages get shared memory. */
  readonly isolated: boolean;
  /** Files, by name, that are not what they should be: other contents, or missing where null. */
  readonly spoiled?: Readonly<Record<string, string | null>>;
}

export interface Site {
  /** Ends in a slash. */
  readonly url: string;
  /** The next thing that a page posts. */
  readonly result: Promise<PageResult>;
  close(): void;
}

export async function openSite({ isolated, spoiled = {} }: SiteOptions): Promise<Site> {
  let deliver: (result: PageResult) => void = () => {};
  const result = new Promise<PageResult>((resolve) => {
    deliver = resolve;
  });
  const server: Server = createServer(async (request, response) => {
    if (isolated)
      for (const [name, value] of Object.entries(isolation)) response.setHeader(name, value);
    if (request.method === 'POST') {
      deliver(JSON.parse(await text(request)));
      response.end();
    } else answer(request, response, spoiled);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // it listens on a port
  return {
    url: `http://127.0.0.1:${port}/`,
    result,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  spoiled: Readonly<Record<string, string | null>>,
): void {
  const { pathname, search } = new URL(request.url ?? '/', 'http://localhost');
  if (pathname === '/') {
    response.setHeader('content-type', 'text/html');
    response.end(`<script type="module" src="/build/test/browser/page.js${search}"></script>`);
    return;
  }
  const [, top = '', ...rest] = normalize(pathname).split('/');
  const path = join(folders[top] ?? '', ...rest);
  const contents = spoiled[basename(path)];
  if (folders[top] === undefined || contents === null || !existsSync(path)) {
    response.statusCode = 404;
    response.end();
    return;
  }
  response.setHeader('content-type', contentTypes[extname(path)] ?? 'application/octet-stream');
  if (contents !== undefined) response.end(contents);
  else createReadStream(path).pipe(response);
}

/** The nearest folder of that name beside or above the build. */
function above(name: string): string {
  for (let folder = build; folder !== dirname(folder); folder = dirname(folder))
    if (existsSync(join(folder, name))) return join(folder, name);
  throw new Error(`no folder ${name} above ${build}`);
}
