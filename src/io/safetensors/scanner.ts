/**
 * Reads JSON from bytes, front to back, into what the caller asks for: no tree is built, repeated keys are seen, and time and
 * memory are in proportion to the bytes whatever stands in them.
 */
import { quote } from '../../core/outside-text.js';

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** Letters of a number or a name that is passed over. */
const maxWord = 400;

/** Lists and objects in one another that are passed over. */
const maxDepth = 64;

export class JsonScanner {
  private position = 0;
  private readonly decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

  constructor(
    private readonly bytes: Uint8Array,
    /** Makes the error for what is wrong at a byte. */
    private readonly failure: (detail: string) => Error,
  ) {}

  fail(detail: string, at = this.position): Error {
    return this.failure(`at byte ${at} of its header, ${detail}`);
  }

  /** Calls `each` with every key, in order; it must read the key's value. */
  object(each: (key: string) => void): void {
    this.expect(OPEN_OBJECT, "'{'");
    if (this.accept(CLOSE_OBJECT)) return;
    do {
      const key = this.string();
      this.expect(COLON, "':'");
      each(key);
    } while (this.accept(COMMA));
    this.expect(CLOSE_OBJECT, "',' or '}'");
  }

  /** Calls `each` for every item; it must read the item. */
  list(each: () => void): void {
    this.expect(OPEN_LIST, "'['");
    if (this.accept(CLOSE_LIST)) return;
    do each();
    while (this.accept(COMMA));
    this.expect(CLOSE_LIST, "',' or ']'");
  }

  string(): string {
    this.expect(QUOTE, 'a text in quotes');
    const start = this.position - 1;
    const { end, plain } = this.closingQuote();
    this.position = end + 1;
    if (plain) return this.decoder.decode(this.bytes.subarray(start + 1, end));
    try {
      const text: unknown = JSON.parse(this.decoder.decode(this.bytes.subarray(start, end + 1)));
      if (typeof text === 'string' && !/\p{Cs}/u.test(text)) return text;
    } catch {
      // Told below.
    }
    throw this.fail('a text is not valid JSON in UTF-8', start);
  }

  /** A whole number ≥ 0, as it stands there: `16`, not `1.6e1`. */
  wholeNumber(): number {
    this.skipBlanks();
    const start = this.position;
    let value = 0;
    for (let digit = this.digit(); digit >= 0; digit = this.digit()) value = 10 * value + digit;
    const length = this.position - start;
    const leadingZero = length > 1 && this.bytes[start] === 0x30;
    if (length === 0 || leadingZero || !this.atEndOfValue())
      throw this.fail(`${this.here()} stands where a whole number is required`, start);
    if (!Number.isSafeInteger(value))
      throw this.fail('a number is above 2⁵³, more than any file has bytes', start);
    return value;
  }

  /** Passes over a value of any kind. */
  skip(depth = 0): void {
    if (depth > maxDepth) throw this.fail(`values lie in one another over ${maxDepth} deep`);
    const next = this.peek();
    if (next === OPEN_OBJECT) this.object(() => this.skip(depth + 1));
    else if (next === OPEN_LIST) this.list(() => this.skip(depth + 1));
    else if (next === QUOTE) this.string();
    else this.skipWord();
  }

  /** Throws unless only blanks are left. */
  end(): void {
    this.skipBlanks();
    if (this.position < this.bytes.length) throw this.fail(`${this.here()} follows its end`);
  }

  /** A number or a name: true, false, null. */
  private skipWord(): void {
    const start = this.position;
    while (!this.atEndOfValue()) this.position++;
    const word = String.fromCharCode(
      ...this.bytes.subarray(start, Math.min(this.position, start + maxWord + 1)),
    );
    if (
      word.length > maxWord ||
      !/^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?)$/.test(word)
    )
      throw this.fail(`${quote(word)} is no value`, start);
  }

  private atEndOfValue(): boolean {
    const byte = this.bytes[this.position];
    return (
      byte === undefined ||
      byte === COMMA ||
      byte === CLOSE_LIST ||
      byte === CLOSE_OBJECT ||
      isBlank(byte)
    );
  }

  private digit(): number {
    const byte = this.bytes[this.position];
    if (byte === undefined || byte < 0x30 || byte > 0x39) return -1;
    this.position++;
    return byte - 0x30;
  }

  /** Where a text ends, and whether it is of printable ASCII alone. */
  private closingQuote(): { end: number; plain: boolean } {
    const { bytes } = this;
    let plain = true;
    for (let i = this.position; i < bytes.length; i++) {
      const byte = bytes[i] as number;
      if (byte === QUOTE) return { end: i, plain };
      if (byte === BACKSLASH) i++;
      if (byte === BACKSLASH || byte < 0x20 || byte > 0x7e) plain = false;
    }
    throw this.fail('a text has no end');
  }

  private expect(byte: number, what: string): void {
    if (!this.accept(byte)) throw this.fail(`${this.here()} stands where ${what} is required`);
  }

  private accept(byte: number): boolean {
    if (this.peek() !== byte) return false;
    this.position++;
    return true;
  }

  private peek(): number | undefined {
    this.skipBlanks();
    return this.bytes[this.position];
  }

  private skipBlanks(): void {
    while (isBlank(this.bytes[this.position])) this.position++;
  }

  private here(): string {
    if (this.position >= this.bytes.length) return 'nothing';
    return quote(String.fromCharCode(this.bytes[this.position] ?? 0));
  }
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
