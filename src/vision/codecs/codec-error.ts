/** What is wrong with a file's bytes, said without its name; `decode` adds that. */
export class CodecError extends Error {}

/** What a sound file has that is not read. */
export class UnsupportedError extends CodecError {}
