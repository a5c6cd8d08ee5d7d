/**
 * The modules that a recorded step has run. What they hold is part of it: a layer that is put in another's place later, or a
 * dropout whose p is set, makes another step, and a tensor that a module replaces in a step would be lost, for replays run
 * no JavaScript. A field that the step itself changes, such as a counter, says nothing.
 */
import { CaptureError } from '../core/errors.js';
import { Module } from '../nn/module.js';
import type { Storage } from '../tensor/storage.js';
import { Tensor } from '../tensor/tensor.js';

type Field = readonly [name: string, value: unknown];

export class UsedModules {
  /** With what they held before they ran. */
  private readonly used = new Map<Module, readonly Field[]>();

  note(module: object): void {
    if (!(module instanceof Module) || this.used.has(module)) return;
    const fields = fieldsOf(module);
    this.used.set(module, fields);
    // Collections do not run themselves, as a rule.
    for (const [, value] of fields)
      if (value instanceof Module && isCollection(value)) this.note(value);
  }

  /**
   * What to look at before a replay: true where all hold what they held.
   *
   * @param reads Whether the step reads these elements from outside
   * @throws CaptureError where the step replaces a tensor that it reads
   */
  finish(reads: (storage: Storage) => boolean): () => boolean {
    const held: (readonly [holder: Record<string, unknown>, name: string, value: unknown])[] = [];
    const collections: (readonly [Module, readonly Field[]])[] = [];
    for (const [module, before] of this.used) {
      const after = new Map(fieldsOf(module));
      const kept = before.filter(([name, value]) => {
        const isKept = Object.is(after.get(name), value);
        if (!isKept && value instanceof Tensor && reads(value.storage))
          throw isReplaced(module, name);
        return isKept;
      });
      if (isCollection(module)) collections.push([module, kept]);
      else
        for (const field of kept)
          held.push([module as object as Record<string, unknown>, ...field]);
    }
    return () =>
      held.every(([holder, name, value]) => Object.is(holder[name], value)) &&
      collections.every(([module, members]) => sameFields(module.members(), members));
  }
}

function isReplaced(module: Module, name: string): CaptureError {
  return new CaptureError(
    `${module.constructor.name}.${name}`,
    'is replaced in the step that is being captured, which later calls would not do; change it in place: copy_()',
  );
}

function sameFields(now: readonly Field[], before: readonly Field[]): boolean {
  return (
    now.length === before.length &&
    now.every(([name, value], i) => before[i]?.[0] === name && before[i]?.[1] === value)
  );
}

/** Whether it keeps its members otherwise than in fields. */
function isCollection(module: Module): boolean {
  return module.members !== Module.prototype.members;
}

/** The members of a collection, else `forward` and all fields that hold tensors, modules, numbers, strings or booleans. */
function fieldsOf(module: Module): Field[] {
  if (isCollection(module)) return [...module.members()];
  const held = Object.entries(module).filter(
    ([, value]) =>
      value instanceof Tensor ||
      value instanceof Module ||
      ['number', 'string', 'boolean'].includes(typeof value),
  );
  return [['forward', module.forward], ...held];
}
