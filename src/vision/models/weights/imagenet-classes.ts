import { readFile } from 'node:fs/promises';
import { assetPath } from '../../../core/asset-path.js';

let names: Promise<readonly string[]> | null = null;

/** The names of ImageNet's 1000 classes, by number: a file in the package, read when they are first asked for. */
export function imagenetClasses(): Promise<readonly string[]> {
  names ??= readFile(assetPath('imagenet-classes.json'), 'utf8').then(
    (text) => JSON.parse(text) as string[], // the package's own
  );
  return names;
}
