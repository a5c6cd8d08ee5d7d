/** Pictures as clients send them. */
import { type AskOptions, ask, type Told } from './ask.js';

const raw = { 'content-type': 'application/octet-stream' };

/** A picture's bytes, unless `options` say something else. */
export function posted(port: number, path: string, options: AskOptions): Promise<Told> {
  return ask(port, path, { method: 'POST', headers: raw, ...options });
}

/** A form of parts: what stands behind `form-data;`, and the bytes. */
export function form(parts: readonly (readonly [head: string, body: Uint8Array])[]): AskOptions {
  const pieces = parts.flatMap(([head, body]) => [
    Buffer.from(`--xyz\r\ncontent-disposition: form-data; ${head}\r\n\r\n`),
    body,
    Buffer.from('\r\n'),
  ]);
  return {
    headers: { 'content-type': 'multipart/form-data; boundary=xyz' },
    body: Buffer.concat([...pieces, Buffer.from('--xyz--\r\n')]),
  };
}

export const asJson = (value: unknown): AskOptions => ({
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
});
