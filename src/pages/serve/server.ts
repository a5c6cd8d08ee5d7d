/** What the page asks of the server that it came from. */
import type { Bar } from '../bars.js';
import type { Heatmap } from '../overlay.js';

export interface ServedModel {
  readonly name: string;
  readonly classes: readonly string[];
}

export interface Answer {
  readonly predictions: readonly Bar[];
  readonly unsure: boolean;
}

export interface Explanation {
  readonly label: string;
  /** What the network was given of the picture, as the address of an image. */
  readonly picture: string;
  readonly heatmap: Heatmap;
}

/** A server that gives no reason, such as a proxy on the way. */
export class NoReason extends Error {
  constructor(readonly status: number) {
    super(String(status));
  }
}

export async function fetchModels(): Promise<readonly ServedModel[]> {
  const { models } = await answerOf<{ models: readonly ServedModel[] }>(await fetch('models'));
  return models;
}

/** Sends the picture as it is. @throws Error with the server's own words, or NoReason */
export async function post<T extends Answer | Explanation>(
  path: 'predict' | 'explain',
  query: Readonly<Record<string, string>>,
  picture: Blob,
  signal: AbortSignal,
): Promise<T> {
  const headers = { 'content-type': 'application/octet-stream' };
  const response = await fetch(`${path}?${new URLSearchParams(query)}`, {
    method: 'POST',
    body: picture,
    headers,
    signal,
  });
  return await answerOf<T>(response);
}

async function answerOf<T>(response: Response): Promise<T> {
  const body: unknown = await response.json().catch(() => null);
  if (response.ok) return body as T; // by openapi.json
  const { error } = Object(body) as { readonly error?: unknown };
  throw typeof error === 'string' ? new Error(error) : new NoReason(response.status);
}
