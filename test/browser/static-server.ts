/** A plain web server of one folder, as anybody has one. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
};

export interface StaticServer {
  /** Ends in a slash. */
  readonly url: string;
  close(): void;
}

/** Serves the folder; `isolated` gives its pages shared memory. */
export async function serveFolder(folder: string, isolated = false): Promise<StaticServer> {
  const server = createServer(async (request, response) => {
    if (isolated) {
      response.setHeader('cross-origin-opener-policy', 'same-origin');
      response.setHeader('cross-origin-embedder-policy', 'require-corp');
    }
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const name = pathname.endsWith('/') ? `${pathname}index.html` : pathname;
    const content = await readFile(join(folder, normalize(decodeURIComponent(name)))).catch(
      () => null,
    );
    response.statusCode = content === null ? 404 : 200;
    response.setHeader('content-type', contentTypes[extname(name)] ?? 'application/octet-stream');
    response.end(content ?? 'not found');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // it listens on a port
  return {
    url: `http://127.0.0.1:${port}/`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
