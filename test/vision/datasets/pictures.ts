import { encodePng } from '../../../src/vision/codecs/sharp.js';
import { type Channels, Image } from '../../../src/vision/image.js';
import { put } from './temporary-folder.js';

/** A PNG of one colour. */
export function plainPng(
  value: number,
  height = 4,
  width = 5,
  channels: Channels = 3,
): Promise<Uint8Array> {
  const data = new Uint8Array(height * width * channels).fill(value);
  return encodePng(new Image(height, width, channels, data));
}

/** `{ 'cat/1.png': 10, … }`: a folder of pictures, each of one grey value. */
export async function folderOf(
  folder: string,
  pictures: Readonly<Record<string, number>>,
): Promise<string> {
  for (const [name, value] of Object.entries(pictures))
    await put(folder, name, await plainPng(value));
  return folder;
}
