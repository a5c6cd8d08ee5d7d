/**
 * `Optimizer`: the loop over groups and parameters, and the state that goes with them. A subclass says what state a
 * parameter has and how one step updates it. Whatever changes from step to step (learning rate, other numbers among the
 * options, moments, step counts) is a tensor, so that a recorded step continues where the last one ended.
 */
import { CaptureError, ValueError } from '../core/errors.js';
import { requireKnownOptions } from '../core/options.js';
import { formatShape } from '../core/shape.js';
import { fromArray, ones } from '../tensor/creation.js';
import { dependOn, isRecording } from '../tensor/execute.js';
import { noGrad } from '../tensor/grad-mode.js';
import { Tensor } from '../tensor/tensor.js';
import { type OptimizerState, type ParamState, readState } from './optimizer-state.js';
import {
  type Group,
  makeParamGroup,
  type OptionRules,
  type ParamGroup,
  requireOutside,
} from './param-group.js';

/** A group as an optimizer is given it: parameters, and options that differ from the optimizer's. */
export type GroupOptions<O extends object> = {
  readonly params: Iterable<Tensor> | Tensor;
  readonly lr?: number;
} & Partial<O>;

/** What an optimizer trains: parameters, or groups of them. */
export type Params<O extends object> = Iterable<Tensor> | Iterable<GroupOptions<O>>;

export abstract class Optimizer<O extends object = object, S extends ParamState = ParamState> {
  readonly paramGroups: ParamGroup<O>[] = [];
  private readonly states = new Map<Tensor, S>();
  private readonly defaults: O & { readonly lr: number };

  /** `defaults` holds every option: those of groups that do not give their own. */
  constructor(params: Params<O>, defaults: O & { readonly lr: number }) {
    this.defaults = defaults;
    const given = this.listed(params, 'the parameters');
    if (given.length === 0)
      throw new ValueError(
        this.name,
        'got no parameters; pass model.parameters(), or check that the model has any',
      );
    const tensors = given.filter((item) => item instanceof Tensor);
    if (tensors.length === given.length)
      this.addParamGroup({ params: tensors } as unknown as GroupOptions<O>); // all options by default
    else for (const group of given) this.addParamGroup(group as GroupOptions<O>);
  }

  /** The class, as errors name it. */
  protected get name(): string {
    return this.constructor.name;
  }

  /** Throws where one of these options is out of range. */
  protected abstract check(options: Partial<O>): void;

  /** The state of a parameter before its first step under these options. */
  protected abstract initialState(param: Tensor, options: Readonly<O>): S;

  /** The numbers among the options that the update op reads from `group.constants`. */
  protected constants(_options: Readonly<O>): readonly number[] {
    return [];
  }

  /**
   * One step of one parameter, in place. The options are properties of `group`; a recorded step is recorded anew when one
   * that it has read changes.
   */
  protected abstract update(param: Tensor, grad: Tensor, state: S, group: ParamGroup<O>): void;

  /** Adds parameters, with options of their own if they are given: say a backbone that is trained from now on. */
  addParamGroup(group: GroupOptions<O>): void {
    if (typeof group !== 'object' || group === null || !('params' in group))
      throw new ValueError(
        this.name,
        'a parameter group is an object { params: […], … }, and stands beside groups alone',
      );
    requireKnownOptions(this.name, group, ['params', ...Object.keys(this.defaults)]);
    const { params, ...own } = group;
    const tensors = params instanceof Tensor ? [params] : this.listed(params, 'params');
    if (tensors.length === 0) throw new ValueError(this.name, 'a parameter group is empty');
    const known = new Set(this.allParams());
    tensors.forEach((param, i) => {
      this.checkParam(param, i, known);
      known.add(param as Tensor);
    });
    const given = Object.entries(own).filter(([, value]) => value !== undefined);
    const { lr, ...options } = { ...this.defaults, ...Object.fromEntries(given) };
    // The defaults hold every option, and every parameter has been checked.
    const added = makeParamGroup(tensors as Tensor[], lr, options as unknown as O, this.rules());
    this.paramGroups.push(added);
    this.completeStates(added);
  }

  private rules(): OptionRules<O> {
    return {
      subject: this.name,
      check: (options) => this.check(options),
      constants: (options) => this.constants(options),
      changed: (group) => this.completeStates(group),
    };
  }

  private listed(values: unknown, what: string): unknown[] {
    if (typeof values === 'object' && values !== null && Symbol.iterator in values)
      return [...(values as Iterable<unknown>)];
    throw new ValueError(
      this.name,
      `${what} must be a list of tensors; pass model.parameters(), or [tensor] for one alone`,
    );
  }

  private checkParam(param: unknown, index: number, known: ReadonlySet<Tensor>): void {
    if (!(param instanceof Tensor))
      throw new ValueError(
        this.name,
        `parameter ${index} is ${param === null ? 'null' : typeof param}, tensors are required`,
      );
    const shape = formatShape(param.shape);
    if (!param.isLeaf)
      throw new ValueError(
        this.name,
        `parameter ${index} ${shape} is the result of an op, only leaf tensors can be trained; detach() it`,
      );
    if (known.has(param))
      throw new ValueError(
        this.name,
        `parameter ${index} ${shape} is given twice; each belongs to one group, once`,
      );
  }

  /** The learning rate of the first group; setting it sets that of all groups. */
  get lr(): number {
    return this.paramGroups[0]?.lr ?? this.defaults.lr;
  }

  set lr(value: number) {
    for (const group of this.paramGroups) group.lr = value;
  }

  /** Drops all gradients. */
  zeroGrad(): void {
    for (const { params } of this.paramGroups) for (const param of params) param.grad = null;
  }

  /** Updates every parameter that has a gradient. */
  step(): void {
    dependOn(() => this.paramGroups.length);
    noGrad(() => {
      for (const group of this.paramGroups)
        for (const param of group.params) {
          const { grad } = param;
          if (grad !== null) this.update(param, grad, this.stateOf(param, group), group);
        }
    });
  }

  /** A parameter's state, made before its first step: what a recorded step changes must exist before it. */
  private stateOf(param: Tensor, group: Group<O>): S {
    const known = dependOn(() => this.states.get(param));
    if (known !== undefined) return known;
    if (isRecording())
      throw new CaptureError(
        this.name,
        `a parameter ${formatShape(param.shape)} got its first gradient in a captured step; ` +
          'set requiresGrad before the optimizer is made, or call step() once outside',
      );
    const fresh = this.initialState(param, group.values);
    this.states.set(param, fresh);
    return fresh;
  }

  /** Makes the state of parameters that are trained from now on, which a recorded step must find there. @throws ValueError where one is in no group */
  prepare(params: Iterable<Tensor>): void {
    const known = new Set(this.allParams());
    for (const param of params)
      if (!known.has(param))
        throw new ValueError(
          this.name,
          `a parameter ${formatShape(param.shape)} is in no group; make the optimizer of all parameters: those that are frozen are left as they are`,
        );
    for (const group of this.paramGroups) this.completeStates(group);
  }

  /** Makes what state is missing under the group's options as they are now; what there is already stays. */
  private completeStates({ params, values }: Group<O>): void {
    for (const param of params) {
      const known = this.states.get(param);
      if (known === undefined && !param.requiresGrad) continue;
      const whole = this.initialState(param, values);
      const isComplete = known !== undefined && Object.keys(whole).every((name) => name in known);
      if (!isComplete) this.states.set(param, { ...whole, ...known });
    }
  }

  /** Everything that training needs to go on: the optimizer's own tensors, not copies, and the groups' options. */
  stateDict(): OptimizerState {
    const numbers = new Map(this.allParams().map((param, i) => [param, i]));
    const state: Record<number, ParamState> = {};
    for (const [param, number] of numbers) {
      const own = this.states.get(param);
      if (own !== undefined) state[number] = { ...own };
    }
    const paramGroups = this.paramGroups.map(({ lr, initialLr, values, params }) => ({
      ...values,
      lr,
      ...(initialLr !== null && { initialLr }),
      params: params.map((param) => numbers.get(param) ?? -1),
    }));
    return { state, paramGroups };
  }

  /**
   * Takes over what `stateDict()` of such an optimizer gave: options, learning rates and copies of the state. As in
   * PyTorch the options become those of the state dict, whatever this optimizer was made with, and a parameter that it
   * has no state for starts anew.
   *
   * @throws CheckpointError when groups, sizes or names of options differ; nothing is changed then
   */
  loadStateDict(saved: OptimizerState): void {
    requireOutside(this.name, 'its state');
    const read = readState(this.name, saved, this.paramGroups, {
      check: (options) => this.check(options),
      needed: (param, options) => this.initialState(param, options),
    });
    this.states.clear();
    for (const [param, state] of read.states) this.states.set(param, state as S); // complete: it has been checked
    this.paramGroups.forEach((group, i) => {
      const loaded = read.groups[i];
      if (loaded === undefined) return;
      group.lr = loaded.lr;
      group.initialLr = loaded.initialLr;
      group.assign(loaded.options);
    });
  }

  private allParams(): Tensor[] {
    return this.paramGroups.flatMap(({ params }) => params);
  }
}

/** A step count: a 0-d int32 tensor. */
export function stepCount(): Tensor {
  return fromArray(new Int32Array(1), []);
}

const one = ones([], { dtype: 'int32' });

/** Counts one more step, in place. */
export function countStep(step: Tensor): void {
  step.add_(one);
}

/** Throws unless every named number that is given is ≥ 0. */
export function requireNonNegative(
  subject: string,
  values: Readonly<Record<string, number | undefined>>,
): void {
  for (const [name, value] of Object.entries(values))
    if (value !== undefined && (typeof value !== 'number' || !(value >= 0)))
      throw new ValueError(subject, `${name}=${value} must be ≥ 0`);
}
