import { hardNames } from './hard-names.js';

/** The names that hurt, as a file system takes them. */
export const namesOnDisk: readonly string[] = hardNames.map((name) =>
  name
    .replaceAll('/', '\u2215')
    .replaceAll('\0', '')
    .replace(/\p{Cs}/gu, ''),
);
