import { type Member, Module } from '../../nn/module.js';

/** Scopes within each other; deeper names are put together. */
const maxDepth = 16;

/** Members under the names that a file has for them, of which dots make a tree: `layer1.0.conv1`. */
export class OnnxScope extends Module {
  private readonly items = new Map<string, Member>();
  /** How many members have wanted a name that was taken: files choose names, and could make a search of it. */
  private readonly wanted = new Map<string, number>();

  override members(): readonly (readonly [string, Member])[] {
    return [...this.items];
  }

  protected override replaceChild(name: string, module: Module): void {
    this.items.set(name, module);
  }

  /** @internal Puts a member where its name says, or beside what is there; returns what finds it, or what has replaced it. */
  place<M extends Member>(path: string, member: M): () => M {
    const [first = 'weight', ...rest] = path.split('.').filter((part) => part !== '');
    return this.placeIn(first, rest, maxDepth, member);
  }

  private placeIn<M extends Member>(
    first: string,
    rest: readonly string[],
    depth: number,
    member: M,
  ): () => M {
    const [next, ...others] = rest;
    if (next !== undefined && depth > 0) {
      const name = this.freeName(first, (there) => there instanceof OnnxScope);
      const there = this.items.get(name);
      const scope = there instanceof OnnxScope ? there : new OnnxScope();
      this.items.set(name, scope);
      return scope.placeIn(next, others, depth - 1, member);
    }
    const name = this.freeName([first, ...rest].join('_'), () => false);
    this.items.set(name, member);
    return () => this.items.get(name) as M; // a module can only be replaced by another
  }

  private freeName(wanted: string, fits: (there: Member) => boolean): string {
    const first = this.items.get(wanted);
    if (first === undefined || fits(first)) return wanted;
    for (let count = (this.wanted.get(wanted) ?? 0) + 1; ; count++) {
      this.wanted.set(wanted, count);
      const name = `${wanted}_${count}`;
      if (!this.items.has(name)) return name;
    }
  }
}
