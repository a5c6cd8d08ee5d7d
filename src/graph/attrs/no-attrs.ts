/** Of an op that is said by its inputs alone. */
export type NoAttrs = Readonly<Record<string, never>>;
