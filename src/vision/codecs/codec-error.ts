/** What is wrong with a file's bytes, said without its name; `decode` adds that. */
export class CodecError extends Error {}
