import type { Writable } from 'node:stream';
import { printable } from '../../../core/outside-text.js';
import type { DownloadProgress } from './download-progress.js';

/** Shows a download as one line that is rewritten on a terminal; elsewhere one line a file. */
export function showDownload(
  stream: Writable & { readonly isTTY?: boolean },
): (progress: DownloadProgress) => void {
  let shown = '';
  return ({ path, receivedBytes, totalBytes }) => {
    const name = printable(path.split(/[\\/]/).at(-1) ?? path);
    const size = `${(receivedBytes / 1e6).toFixed(1)}${totalBytes === null ? '' : ` of ${(totalBytes / 1e6).toFixed(1)}`} MB`;
    const line = stream.isTTY === true ? `\r\x1b[K${name}: ${size}` : `downloading ${name}\n`;
    if (line !== shown) stream.write(line);
    shown = line;
    if (stream.isTTY === true && receivedBytes === totalBytes) stream.write('\n');
  };
}
