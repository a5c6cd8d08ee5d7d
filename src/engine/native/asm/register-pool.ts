/** Registers of a kind, handed out until there are none: a kernel that wants one more is refused, never given one twice. */
import { internalError } from '../../../core/errors.js';

export class RegisterPool<R extends { readonly id: number }> {
  private readonly free: R[];

  constructor(
    private readonly kind: string,
    private readonly all: readonly R[],
  ) {
    this.free = all.toReversed();
  }

  get left(): number {
    return this.free.length;
  }

  take(): R {
    const register = this.free.pop();
    if (register === undefined)
      throw internalError(`a kernel needs more than ${this.all.length} ${this.kind} registers`);
    return register;
  }

  release(register: R): void {
    if (this.free.includes(register)) throw internalError('a register is given back twice');
    this.free.push(register);
  }
}
