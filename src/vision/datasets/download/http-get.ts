/** GET over HTTP(S) as a stream: follows redirects and goes through the proxy that the environment names. */
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { connect as tlsConnect } from 'node:tls';

const MAX_REDIRECTS = 5;
const IDLE_MS = 30_000;

/** Until the headers of a response are there, however busily a server sends them. */
const HEADERS_MS = 60_000;

/** The response to a GET, after redirects, whatever its status. It ends with an error when it falls silent for 30 s. */
export async function httpGet(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<IncomingMessage> {
  let target = new URL(url);
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    const response = await getOnce(target, headers);
    const { statusCode = 0, headers: answer } = response;
    if (statusCode < 300 || statusCode >= 400 || answer.location === undefined) return response;
    response.destroy();
    target = new URL(answer.location, target);
  }
  throw new Error(`more than ${MAX_REDIRECTS} redirects`);
}

/** The proxy for `url` by `https_proxy`, `http_proxy`, `all_proxy` and `no_proxy`, in small or capital letters. */
export function proxyFor(url: URL, env: NodeJS.ProcessEnv = process.env): URL | null {
  const read = (name: string) => env[name] || env[name.toUpperCase()] || '';
  const exempt = read('no_proxy')
    .split(/[\s,]+/)
    .some((entry) => {
      const host = entry.replace(/^\*?\./, '');
      return entry === '*' || (host !== '' && `.${url.hostname}`.endsWith(`.${host}`));
    });
  const proxy = read(url.protocol === 'https:' ? 'https_proxy' : 'http_proxy') || read('all_proxy');
  if (exempt || proxy === '') return null;
  return new URL(proxy.includes('://') ? proxy : `http://${proxy}`);
}

async function getOnce(
  url: URL,
  headers: Readonly<Record<string, string>>,
): Promise<IncomingMessage> {
  const proxy = proxyFor(url);
  if (proxy === null) return await send(url, { headers });
  if (url.protocol === 'http:') {
    const { hostname: host, port } = proxy;
    const path = url.href;
    return await send(proxy, {
      host,
      port,
      path,
      headers: { ...headers, ...credentials(proxy), host: url.host },
    });
  }
  const socket = await tunnel(proxy, url);
  const createConnection = () => tlsConnect({ socket, servername: url.hostname });
  return await send(url, { headers, createConnection, agent: false });
}

function send(url: URL, options: RequestOptions): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const call = request(url, options, resolve);
    const late = () => call.destroy(new Error(`no answer within ${HEADERS_MS / 1000} s`));
    const timer = setTimeout(late, HEADERS_MS);
    call.once('response', () => clearTimeout(timer));
    call.once('close', () => clearTimeout(timer));
    call.on('error', reject);
    call.setTimeout(IDLE_MS, () => call.destroy(new Error(`silent for ${IDLE_MS / 1000} s`)));
    call.end();
  });
}

/** A connection to `url`'s host through the proxy (HTTP CONNECT). */
function tunnel(proxy: URL, url: URL): Promise<Socket> {
  const target = `${url.hostname}:${url.port || 443}`;
  return new Promise((resolve, reject) => {
    const request = proxy.protocol === 'https:' ? httpsRequest : httpRequest;
    const call = request({
      host: proxy.hostname,
      port: proxy.port,
      method: 'CONNECT',
      path: target,
      headers: { host: target, ...credentials(proxy) },
    });
    call.on('connect', ({ statusCode }, socket: Socket) => {
      if (statusCode === 200) return resolve(socket);
      socket.destroy();
      reject(new Error(`the proxy ${proxy.host} answered ${statusCode} to CONNECT ${target}`));
    });
    call.on('error', (error) => reject(new Error(`proxy ${proxy.host}: ${error.message}`)));
    call.setTimeout(IDLE_MS, () => call.destroy(new Error(`silent for ${IDLE_MS / 1000} s`)));
    call.end();
  });
}

function credentials({ username, password }: URL): Record<string, string> {
  if (username === '') return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` };
}
