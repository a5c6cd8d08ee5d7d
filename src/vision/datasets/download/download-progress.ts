/** How far a download has come. */
export interface DownloadProgress {
  readonly url: string;
  readonly path: string;
  readonly receivedBytes: number;
  /** Null where the server does not say. */
  readonly totalBytes: number | null;
}
