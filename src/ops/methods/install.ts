import { Tensor } from '../../tensor/tensor.js';

/**
 * Puts a family of methods on `Tensor`. The family's interface, which `Tensor` is declared to extend, is `M`: the
 * compiler checks that each declared method is there and keeps its signature.
 */
export function install<M extends object>(methods: M & ThisType<Tensor>): void {
  for (const [name, method] of Object.entries(methods))
    Object.defineProperty(Tensor.prototype, name, {
      value: method,
      writable: true,
      configurable: true,
    });
}
