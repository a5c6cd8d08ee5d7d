import { CheckpointError, reasonOf } from '../core/errors.js';

/** How far a download is. */
export interface LoadProgress {
  readonly bytes: number;
  /** null where the server does not say it. */
  readonly total: number | null;
}

/** The bytes at an address. @throws CheckpointError where there are none; the signal's reason once it is aborted */
export async function fetchModel(
  url: string,
  signal?: AbortSignal,
  onProgress?: (progress: LoadProgress) => void,
): Promise<Uint8Array> {
  const response = await request(url, signal);
  if (!response.ok)
    throw new CheckpointError(url, `the server answers ${response.status}; is that its address?`);
  // Of a compressed answer it counts other bytes than those that arrive here.
  const encoded = response.headers.get('content-encoding') !== null;
  const total = encoded ? null : Number(response.headers.get('content-length')) || null;
  if (onProgress === undefined || response.body === null)
    return new Uint8Array(await response.arrayBuffer());
  const parts: Uint8Array[] = [];
  let bytes = 0;
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    bytes += value.length;
    onProgress({ bytes, total });
  }
  return joined(parts, bytes);
}

async function request(url: string, signal: AbortSignal | undefined): Promise<Response> {
  try {
    return await fetch(url, signal === undefined ? {} : { signal });
  } catch (cause) {
    signal?.throwIfAborted();
    throw new CheckpointError(url, `cannot be fetched (${reasonOf(cause)})`, { cause });
  }
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
