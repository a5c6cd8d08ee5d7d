/** Why a request is not answered as it asked: a status of HTTP, and a sentence for whoever sent it. */
export class HttpError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.name = 'HttpError';
  }
}

/** A server that cannot take more now: clients are told to come again in a second. */
export function busy(message: string): HttpError {
  return new HttpError(503, message, { 'retry-after': '1' });
}
