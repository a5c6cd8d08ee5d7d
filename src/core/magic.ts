/** Tells whether bytes begin with those of `letters`, of which `?` stands for any. */
export function magic(letters: string): (bytes: Uint8Array) => boolean {
  const codes = Array.from(letters, (letter) => (letter === '?' ? null : letter.charCodeAt(0)));
  return (bytes) => codes.every((code, i) => code === null || code === bytes[i]);
}
