/**
 * What objects hold outside the garbage collector's sight (threads, stretches of an engine's memory, a library's objects) is
 * given back when nobody reaches them any more: between turns of the event loop or, where room is needed at once, by
 * `releaseUnreachable`.
 */

/** What is held. An object, not a function: closures keep alive more than they name, such as the `this` around them. */
export interface Holding {
  release(): void;
}

interface Entry {
  readonly owner: WeakRef<object>;
  readonly holding: Holding;
}

const entries = new Set<Entry>();
const finalizers = new FinalizationRegistry<Entry>(end);

/**
 * Releases `holding`, which must not reach `owner`, when nobody reaches `owner` any more. What it returns does so at once;
 * it is released once either way.
 */
export function whenUnreachable(owner: object, holding: Holding): () => void {
  const entry: Entry = { owner: new WeakRef(owner), holding };
  entries.add(entry);
  finalizers.register(owner, entry, entry);
  return () => end(entry);
}

/** Releases at once what belongs to objects that the collector has found unreachable. */
export function releaseUnreachable(): void {
  for (const entry of entries) if (entry.owner.deref() === undefined) end(entry);
}

function end(entry: Entry): void {
  if (!entries.delete(entry)) return;
  finalizers.unregister(entry);
  entry.holding.release();
}
