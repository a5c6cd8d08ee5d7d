/** What a class whose instances are functions is made on: `resize(picture)` beside `resize.apply(picture)`. */
type CallableConstructor = abstract new () => (...args: never[]) => unknown;

/**
 * A base class whose instances are functions that call their method `method`. They inherit from their class alone, not from
 * `Function`, so that their own `apply`, `name` or `length` are free. The caller says their type with a cast.
 */
export function callable(method: string): CallableConstructor {
  function Callable(): object {
    const self = (...args: unknown[]): unknown =>
      (self as unknown as Record<string, (...args: unknown[]) => unknown>)[method]?.(...args);
    for (const own of ['name', 'length']) Reflect.deleteProperty(self, own);
    return Object.setPrototypeOf(self, new.target.prototype);
  }
  return Callable as unknown as CallableConstructor; // a function that is called with `new`, as base classes are
}
