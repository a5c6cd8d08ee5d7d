/** The text forms of protocol 0. */

const escapes: Readonly<Record<string, string>> = {
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** A Python string literal in quotes, as `repr` writes it; null when it is none. */
export function parseLiteral(line: string): string | null {
  const quote = line[0];
  if (line.length < 2 || (quote !== "'" && quote !== '"') || !line.endsWith(quote)) return null;
  return line
    .slice(1, -1)
    .replace(/\\(?:x([0-9a-fA-F]{2})|(.))/gs, (whole, hex?: string, letter?: string) =>
      hex === undefined ? (escapes[letter ?? ''] ?? whole) : String.fromCharCode(parseInt(hex, 16)),
    );
}

/** Python's raw-unicode-escape: only `\uXXXX` and `\UXXXXXXXX` are escapes. */
export function parseRawUnicode(line: string): string {
  return line.replace(/\\(?:u([0-9a-fA-F]{4})|U00([0-9a-fA-F]{6}))/g, (whole, short, long) => {
    const code = parseInt(short ?? long, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

/** Python's float literal, or null. */
export function parseFloatLiteral(line: string): number | null {
  const special: Readonly<Record<string, number>> = {
    inf: Number.POSITIVE_INFINITY,
    '-inf': Number.NEGATIVE_INFINITY,
    nan: Number.NaN,
  };
  if (Object.hasOwn(special, line)) return special[line] ?? null;
  return /^[-+]?[0-9.]+(e[-+]?[0-9]+)?$/i.test(line) ? Number(line) : null;
}

/** A Python whole number of at most 4,300 digits, as a number where that is exact; null when it is none. */
export function parseIntLiteral(line: string): number | bigint | null {
  return /^[-+]?[0-9]{1,4300}$/.test(line) ? exact(BigInt(line.replace('+', ''))) : null;
}

/** A little-endian number in two's complement. */
export function parseLong(bytes: Uint8Array): number | bigint {
  if (bytes.length === 0) return 0;
  const digits = Buffer.from(bytes).reverse().toString('hex'); // in one step: shifts would take time by the square
  return exact(BigInt.asIntN(8 * bytes.length, BigInt(`0x${digits}`)));
}

function exact(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
