import type { Engine } from '../engine/engine.js';

/** One value for each engine, which goes when nobody uses the engine any more. */
export class ByEngine<T extends object> {
  private values = new WeakMap<Engine, T>();
  private engines: WeakRef<Engine>[] = [];

  constructor(private readonly make: () => T) {}

  /** The value of `engine`, made when first asked for. */
  get(engine: Engine): T {
    const known = this.values.get(engine);
    if (known !== undefined) return known;
    const value = this.make();
    this.values.set(engine, value);
    this.engines.push(new WeakRef(engine));
    return value;
  }

  /** The values of all engines that are still there. */
  all(): T[] {
    this.engines = this.engines.filter((engine) => engine.deref() !== undefined);
    return this.engines.flatMap((ref) => {
      const engine = ref.deref();
      return engine === undefined ? [] : [this.get(engine)];
    });
  }

  clear(): void {
    this.values = new WeakMap();
    this.engines = [];
  }
}
