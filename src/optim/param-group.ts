/**
 * Parameters that are trained with one learning rate and the same options. Every option is a property of the group that
 * can be set, as PyTorch's users do. A recorded step sees what is set: numbers reach the update ops as tensors, and it is
 * recorded anew for what decides which ops there are.
 */
import { CaptureError, ValueError } from '../core/errors.js';
import { requireKnownOptions } from '../core/options.js';
import { fromArray, full } from '../tensor/creation.js';
import { dependOn, isRecording, writeElements } from '../tensor/execute.js';
import type { Tensor } from '../tensor/tensor.js';

/** What an optimizer says about the options of its groups. */
export interface OptionRules<O extends object> {
  /** The optimizer's class, for errors. */
  readonly subject: string;
  /** Throws where one of these options is out of range. */
  check(options: Partial<O>): void;
  /** The numbers among the options, as the update op reads them. */
  constants(options: O): readonly number[];
  /** An option has been set. */
  changed(group: Group<O>): void;
}

/** A group and its options as properties: `group.weightDecay`. */
export type ParamGroup<O extends object = object> = Group<O> & O;

export function makeParamGroup<O extends object>(
  params: Tensor[],
  lr: number,
  options: O,
  rules: OptionRules<O>,
): ParamGroup<O> {
  const group = new Group(params, lr, options, rules) as ParamGroup<O>;
  for (const name of Object.keys(options)) {
    const get = () => dependOn(() => group.values[name as keyof O]);
    const set = (value: unknown) => group.assign({ [name]: value } as Partial<O>);
    Object.defineProperty(group, name, { get, set, enumerable: true });
  }
  const known = ['lr', ...Object.keys(options)];
  return new Proxy(group, {
    set(target, name, value) {
      if (typeof name === 'string' && !(name in target))
        requireKnownOptions(rules.subject, { [name]: value }, known);
      return Reflect.set(target, name, value);
    },
  });
}

export class Group<O extends object = object> {
  /** The learning rate as a 0-d tensor, which update ops read: a recorded step sees every change. */
  readonly rate: Tensor = full([], 0);
  /** The other numbers that the update op reads, float32 `[k]`. */
  readonly constants: Tensor;
  /** Where learning-rate schedulers started from; null while there is none. */
  initialLr: number | null = null;
  private rateNumber = 0;

  constructor(
    readonly params: Tensor[],
    lr: number,
    /** @internal The options themselves: reading them here is nothing that a recorded step depends on. */
    readonly values: O,
    private readonly rules: OptionRules<O>,
  ) {
    rules.check(values);
    const numbers = Float32Array.from(rules.constants(values));
    this.constants = fromArray(numbers, [numbers.length]);
    this.lr = lr;
  }

  /** The learning rate. */
  get lr(): number {
    return dependOn(() => this.rateNumber);
  }

  set lr(value: number) {
    if (typeof value !== 'number' || !(value >= 0))
      throw new ValueError('lr', `lr=${value} must be ≥ 0`);
    requireOutside('lr', 'the learning rate');
    this.rateNumber = value;
    writeElements(this.rate, [value], 'lr');
  }

  /** The group as its optimizer's options alone. */
  get options(): O {
    return this as unknown as O; // They are properties of the group.
  }

  /** Whether an option is neither 0 nor false: all that a recorded step has to know of one that is in `constants`. */
  isOn(name: keyof O): boolean {
    return dependOn(() => Boolean(this.values[name]));
  }

  /** @internal Sets options. */
  assign(options: Partial<O>): void {
    const { subject } = this.rules;
    requireOutside(subject, Object.keys(options).join(', '));
    this.rules.check(options);
    Object.assign(this.values, options);
    writeElements(this.constants, this.rules.constants(this.values), subject);
    this.rules.changed(this);
  }
}

/** Throws while a step is recorded: what is set there would be set once, not in every replay. */
export function requireOutside(subject: string, what: string): void {
  if (isRecording())
    throw new CaptureError(
      subject,
      `the step is being captured, which runs its JavaScript only once; set ${what} outside`,
    );
}
