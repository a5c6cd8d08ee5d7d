/** Requests that no well-bred client sends. */
import { type ClientRequest, type IncomingHttpHeaders, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Told {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface AskOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** One request on a connection of its own, with any headers at all. */
export function ask(port: number, path: string, options: AskOptions = {}): Promise<Told> {
  const { method = 'GET', headers = {}, body } = options;
  return new Promise((resolve, reject) => {
    const asking: ClientRequest = request(
      { host: '127.0.0.1', port, path, method, headers, agent: false },
      async (response) => {
        const { statusCode: status = 0, headers: answered } = response;
        resolve({ status, headers: answered, body: await text(response).catch(() => '') });
      },
    );
    asking.on('error', reject);
    asking.end(body);
  });
}

/** A connection that `lines` have been written to. */
export function rawConnection(
  port: number,
  lines: string,
): { socket: Socket; all: Promise<string> } {
  const socket = connect(port, '127.0.0.1', () => socket.write(lines));
  let heard = '';
  const all = new Promise<string>((resolve) => {
    socket.on('data', (chunk) => {
      heard += chunk;
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(heard));
  });
  return { socket, all };
}
