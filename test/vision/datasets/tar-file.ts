/** A tar archive of one file, without the empty blocks at its end. */
export function tarFile(name: string, content: string | Uint8Array, type = '0'): Buffer {
  const bytes = Buffer.from(content as string);
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write('        ', 148);
  header.write(type, 156);
  const sum = header.reduce((a, b) => a + b, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  const body = Buffer.alloc(Math.ceil(bytes.length / 512) * 512);
  body.set(bytes);
  return Buffer.concat([header, body]);
}
