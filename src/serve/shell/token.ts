/** How a token travels: programs send `Authorization: Bearer`, a page gets it once in its address and then as a cookie. */
import { randomBytes } from 'node:crypto';
import { ValueError } from '../../core/errors.js';
import { isLoopback } from './admission.js';
import type { Reply } from './route.js';

/** Characters that a token of the user's has at least. */
const shortest = 16;

/**
 * The token of a server on `host`: `given`, or one drawn where others can reach it, or `always`, since other users of a machine
 * reach its own address, too; else null.
 */
export function chooseToken(
  host: string,
  given: string | undefined,
  always = false,
): string | null {
  if (given === undefined)
    return isLoopback(host) && !always ? null : randomBytes(24).toString('base64url');
  if (given.length < shortest || !/^[\w.~-]+$/.test(given))
    throw new ValueError(
      'WICK_TOKEN',
      `must have at least ${shortest} characters, all of them letters, digits, or one of . _ ~ -`,
    );
  return given;
}

/** Cookies are shared by all ports of a machine: each server has one of its own. */
export function cookieName(port: number): string {
  return `wick-token-${port}`;
}

/** What a request shows: its header's token, else its cookie's. */
export function tokenOf(
  header: (name: string) => string | undefined,
  cookie: string,
): string | undefined {
  const [, bearer] = /^Bearer +(\S+)$/i.exec(header('authorization') ?? '') ?? [];
  if (bearer !== undefined) return bearer;
  for (const pair of (header('cookie') ?? '').split(';')) {
    const [name, value] = pair.trim().split('=', 2);
    if (name === cookie) return value;
  }
  return undefined;
}

/** The answer to a page's first visit, whose address holds the token: a cookie, and the address without it. */
export function withCookie(url: URL, cookie: string, token: string): Reply {
  const rest = new URL(url);
  rest.searchParams.delete('token');
  return {
    status: 303,
    headers: {
      location: `${rest.pathname}${rest.search}`,
      'set-cookie': `${cookie}=${token}; HttpOnly; SameSite=Strict; Path=/`,
    },
    body: null,
  };
}
