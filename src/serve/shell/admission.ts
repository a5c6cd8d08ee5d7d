/**
 * Who is let in. A server on this machine is in reach of every page that its user visits: a page of another site may send it
 * requests (Origin tells), and a name that its owner points to 127.0.0.1 makes it look like the same site (Host tells).
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { hostname as machineName } from 'node:os';
import { HttpError } from './http-error.js';

export interface AdmissionOptions {
  /** The address that the server listens on. */
  readonly host: string;
  /** Further names that it is reached by: behind a proxy, say. */
  readonly allowHosts: readonly string[];
  /** What requests have to show; null where none is needed. */
  readonly token: string | null;
}

const ownNames: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

/** Whether an address is in reach of this machine alone. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

export class Admission {
  private readonly names: ReadonlySet<string>;
  private readonly anyAddress: boolean;
  /** The Host that was let in last: most requests have the same. */
  private lastHost: string | null = null;

  constructor(private readonly options: AdmissionOptions) {
    const { host, allowHosts } = options;
    const away = isLoopback(host) ? [] : [machineName()];
    const names = [...ownNames, bracketed(host), ...away, ...allowHosts];
    this.names = new Set(names.map((name) => name.toLowerCase()));
    // Who points a name of theirs here sends the name, not the address.
    this.anyAddress = !isLoopback(host);
  }

  /** @throws HttpError 400 or 403 for a Host that is none of the server's, and for requests that pages of other sites send */
  requireOwn(method: string, host: string, header: (name: string) => string | undefined): void {
    if (host !== this.lastHost) this.requireOwnHost(host);
    this.lastHost = host;
    const origin = header('origin');
    const site = header('sec-fetch-site');
    const foreign =
      origin === undefined
        ? method !== 'GET' && method !== 'HEAD' && site !== undefined && isForeign(site)
        : !sameHost(origin, host);
    if (foreign) throw new HttpError(403, 'Origin: pages of other sites are not answered');
  }

  private requireOwnHost(host: string): void {
    const address = parsed(`http://${host}`);
    if (address === null) throw new HttpError(400, 'Host: no name of a server is given');
    if (this.isOwn(address.hostname)) return;
    throw new HttpError(
      403,
      `Host: this server is not called ${address.hostname}; start it with --allow-host ${address.hostname} if it is`,
    );
  }

  /** @throws HttpError 401 where a token is needed and this is not it */
  requireToken(given: string | undefined): void {
    const { token } = this.options;
    if (token === null || (given !== undefined && equal(given, token))) return;
    throw new HttpError(
      401,
      'a token is required: Authorization: Bearer TOKEN; a browser has it in the address that the server printed',
      {
        'www-authenticate': 'Bearer',
      },
    );
  }

  private isOwn(name: string): boolean {
    const bare = name.replace(/^\[|\]$/g, '');
    return this.names.has(name) || (this.anyAddress && isIP(bare) !== 0);
  }
}

/**
 * Which server a request is for: the one in its target, where that is a whole address, else its Host (RFC 9112, 3.2).
 * @throws HttpError 400 where it has several: whoever stands before this server may have looked at another one than it does
 */
export function askedHost({
  url = '',
  headers,
  rawHeaders,
}: Pick<IncomingMessage, 'url' | 'headers' | 'rawHeaders'>): string {
  const hosts = rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === 'host');
  if (hosts.length > 1) throw new HttpError(400, 'Host: it is given twice');
  const [, inTarget] = /^https?:\/\/([^/?#]*)/.exec(url) ?? [];
  return inTarget ?? headers.host ?? '';
}

function isForeign(site: string): boolean {
  return site !== 'same-origin' && site !== 'none';
}

/** Whether an Origin is that of the server itself, by whichever protocol it was reached: a proxy may speak https. */
function sameHost(origin: string, host: string): boolean {
  const from = parsed(origin);
  return (
    from !== null && from.host !== '' && from.host === parsed(`${from.protocol}//${host}`)?.host
  );
}

/** An address of nothing but a server; null for anything else. */
function parsed(text: string): URL | null {
  if (!/^https?:\/\/[^/?#@\\]+$/i.test(text) || !URL.canParse(text)) return null;
  return new URL(text);
}

/** An address as it stands in a URL. */
export function bracketed(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host;
}

/** Takes as long whatever is wrong. */
function equal(a: string, b: string): boolean {
  const [x, y] = [a, b].map((text) => createHash('sha256').update(text).digest());
  return x !== undefined && y !== undefined && timingSafeEqual(x, y);
}
