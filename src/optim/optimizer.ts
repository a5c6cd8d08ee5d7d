/**
 * `Optimizer`: the loop over groups and parameters, and the state that goes with them. A subclass says what state a
 * parameter has and how one step updates it. Whatever changes from step to step (learning rate, moments, step counts) is
 * a tensor, so that a recorded step continues where the last one ended.
 */
import { CaptureError, CheckpointError, ValueError } from '../core/errors.js';
import { formatShape, sameShape } from '../core/shape.js';
import { fromArray, ones } from '../tensor/creation.js';
import { dependOn, isRecording } from '../tensor/execute.js';
import { noGrad } from '../tensor/grad-mode.js';
import { Tensor } from '../tensor/tensor.js';
import { ParamGroup } from './param-group.js';

/** Named tensors that belong to one parameter, such as Adam's moments. */
export type ParamState = Readonly<Record<string, Tensor>>;

/** A group as an optimizer is given it: parameters, and options that differ from the optimizer's. */
export type GroupOptions<O extends object> = {
  readonly params: Iterable<Tensor>;
  readonly lr?: number;
} & Partial<O>;

/** What an optimizer trains: parameters, or groups of them. */
export type Params<O extends object> = Iterable<Tensor> | Iterable<GroupOptions<O>>;

/** An optimizer's state, with parameters by their number over all groups: PyTorch's structure. */
export interface OptimizerState {
  readonly state: Readonly<Record<number, ParamState>>;
  readonly paramGroups: readonly (Readonly<Record<string, unknown>> & {
    readonly lr: number;
    readonly initialLr?: number;
    readonly params: readonly number[];
  })[];
}

export abstract class Optimizer<O extends object = object, S extends ParamState = ParamState> {
  readonly paramGroups: ParamGroup<O>[] = [];
  private readonly states = new Map<Tensor, S>();
  private readonly defaults: O & { readonly lr: number };

  constructor(params: Params<O>, defaults: O & { readonly lr: number }) {
    this.defaults = defaults;
    const given = [...params] as (Tensor | GroupOptions<O>)[]; // one of both kinds; checked below
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

  /** Throws where options are out of range. */
  protected abstract check(options: O): void;

  /** The state of a parameter before its first step. */
  protected abstract initialState(param: Tensor, options: O): S;

  /** One step of one parameter, in place. */
  protected abstract update(
    param: Tensor,
    grad: Tensor,
    state: S,
    rate: Tensor,
    options: Readonly<O>,
  ): void;

  /** Adds parameters, with options of their own if they are given: say a backbone that is trained from now on. */
  addParamGroup(group: GroupOptions<O>): void {
    const { params, lr = this.defaults.lr, ...own } = group;
    const { lr: _, ...defaults } = this.defaults;
    const options = { ...defaults, ...own } as unknown as O; // the defaults hold every option
    const tensors = [...params];
    if (tensors.length === 0) throw new ValueError(this.name, 'a parameter group is empty');
    const known = new Set(this.paramGroups.flatMap((other) => other.params));
    tensors.forEach((param, i) => {
      this.checkParam(param, i, known);
      known.add(param);
    });
    this.check(options);
    const added = new ParamGroup(tensors, lr, options);
    this.paramGroups.push(added);
    for (const param of tensors) if (param.requiresGrad) this.stateOf(param, options);
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
    noGrad(() => {
      for (const group of this.paramGroups) {
        const options = watched(group.options);
        for (const param of group.params) {
          const { grad } = param;
          if (grad === null) continue;
          const state = this.stateOf(param, options);
          this.update(param, grad, state, group.rate, options);
        }
      }
    });
  }

  /** A parameter's state, made before its first step: what a recorded step changes must exist before it. */
  private stateOf(param: Tensor, options: O): S {
    const known = this.states.get(param);
    if (known !== undefined) return known;
    if (isRecording())
      throw new CaptureError(
        this.name,
        `a parameter ${formatShape(param.shape)} got its first gradient in a captured step; ` +
          'set requiresGrad before the optimizer is made, or call step() once outside',
      );
    const fresh = this.initialState(param, options);
    this.states.set(param, fresh);
    return fresh;
  }

  /** Everything that training needs to go on: the optimizer's own tensors, not copies, and the groups' options. */
  stateDict(): OptimizerState {
    const numbers = new Map(this.allParams().map((param, i) => [param, i]));
    const state: Record<number, ParamState> = {};
    for (const [param, number] of numbers) {
      const own = this.states.get(param);
      if (own !== undefined) state[number] = { ...own };
    }
    const paramGroups = this.paramGroups.map(({ lr, initialLr, options, params }) => ({
      ...options,
      lr,
      ...(initialLr !== null && { initialLr }),
      params: params.map((param) => numbers.get(param) ?? -1),
    }));
    return { state, paramGroups };
  }

  /**
   * Takes over what `stateDict()` of such an optimizer gave: options, learning rates and, in place, the state.
   *
   * @throws CheckpointError when the groups or the sizes differ; nothing is changed then
   */
  loadStateDict({ state, paramGroups }: OptimizerState): void {
    if (paramGroups.length !== this.paramGroups.length)
      throw new CheckpointError(
        this.name,
        `the state dict has ${paramGroups.length} parameter groups, the optimizer ${this.paramGroups.length}`,
      );
    const copies: [target: Tensor, source: Tensor][] = [];
    this.paramGroups.forEach((group, i) => {
      const numbers = paramGroups[i]?.params ?? [];
      if (numbers.length !== group.params.length)
        throw new CheckpointError(
          this.name,
          `group ${i} of the state dict has ${numbers.length} parameters, that of the optimizer ${group.params.length}`,
        );
      group.params.forEach((param, k) => {
        const number = numbers[k] ?? -1;
        const given = state[number];
        if (given !== undefined)
          copies.push(...this.copiesFor(param, group.options, number, given));
      });
    });
    this.paramGroups.forEach((group, i) => {
      const saved = paramGroups[i];
      if (saved === undefined) return;
      const { params: _, lr, initialLr = null, ...options } = saved;
      group.lr = lr;
      group.initialLr = initialLr;
      Object.assign(group.options, options);
    });
    noGrad(() => {
      for (const [target, source] of copies) target.copy_(source);
    });
  }

  private copiesFor(
    param: Tensor,
    options: O,
    number: number,
    given: ParamState,
  ): [target: Tensor, source: Tensor][] {
    return Object.entries(this.stateOf(param, options)).map(([name, target]) => {
      const source = given[name];
      if (source === undefined || !sameShape(source.shape, target.shape))
        throw new CheckpointError(
          this.name,
          `${name} of parameter ${number} is ${source === undefined ? 'missing' : formatShape(source.shape)}, ` +
            `${formatShape(target.shape)} is required`,
        );
      return [target, source];
    });
  }

  private allParams(): Tensor[] {
    return this.paramGroups.flatMap(({ params }) => params);
  }
}

/** The options, each of which a recorded step depends on. */
function watched<O extends object>(options: O): O {
  for (const name of Object.keys(options)) dependOn(() => options[name as keyof O]);
  return options;
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

/** Throws unless every named number is ≥ 0. */
export function requireNonNegative(
  subject: string,
  values: Readonly<Record<string, number>>,
): void {
  for (const [name, value] of Object.entries(values))
    if (!(value >= 0)) throw new ValueError(subject, `${name}=${value} must be ≥ 0`);
}
