/** State dicts of optimizers: what they are, and how one is read and checked before anything is taken over. */
import { CheckpointError, WickError } from '../core/errors.js';
import { requireKnownOptions } from '../core/options.js';
import { show } from '../core/outside-text.js';
import { formatShape, sameShape } from '../core/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Group } from './param-group.js';

/** Named tensors that belong to one parameter, such as Adam's moments. */
export type ParamState = Readonly<Record<string, Tensor>>;

/** An optimizer's state, with parameters by their number over all groups: PyTorch's structure. */
export interface OptimizerState {
  readonly state: Readonly<Record<number, ParamState>>;
  readonly paramGroups: readonly SavedGroup[];
}

export type SavedGroup = Readonly<Record<string, unknown>> & {
  readonly lr: number;
  readonly initialLr?: number;
  readonly params: readonly number[];
};

interface Rules<O extends object> {
  /** Throws where an option is out of range. */
  check(options: Partial<O>): void;
  /** The state that a parameter needs under these options. */
  needed(param: Tensor, options: O): ParamState;
}

interface ReadState<O extends object> {
  readonly groups: readonly {
    readonly lr: number;
    readonly initialLr: number | null;
    readonly options: O;
  }[];
  readonly states: ReadonlyMap<Tensor, ParamState>;
}

/** Throws unless it has the parts of a state dict: callers without types, or a file of something else. */
function requireState(subject: string, saved: Partial<OptimizerState> | null): OptimizerState {
  const { state, paramGroups } = saved ?? {};
  if (typeof state === 'object' && state !== null && Array.isArray(paramGroups))
    if (
      paramGroups.every((group: unknown) => Array.isArray((group as Partial<SavedGroup>)?.params))
    )
      return { state, paramGroups };
  throw new CheckpointError(
    subject,
    `${show(saved)} is not the state dict of an optimizer, { state, paramGroups } is required`,
  );
}

/** Reads a state dict for these groups. @throws CheckpointError where it does not fit */
export function readState<O extends object>(
  subject: string,
  saved: OptimizerState,
  groups: readonly Group<O>[],
  rules: Rules<O>,
): ReadState<O> {
  const { state, paramGroups } = requireState(subject, saved);
  if (paramGroups.length !== groups.length)
    throw new CheckpointError(
      subject,
      `the state dict has ${paramGroups.length} parameter groups, the optimizer ${groups.length}`,
    );
  const states = new Map<Tensor, ParamState>();
  const read = groups.map((group, i) => {
    const saved = paramGroups[i] as SavedGroup; // as many as groups
    if (saved.params.length !== group.params.length)
      throw new CheckpointError(
        subject,
        `group ${i} of the state dict has ${saved.params.length} parameters, that of the optimizer ${group.params.length}`,
      );
    const loaded = readGroup(subject, saved, group, rules);
    group.params.forEach((param, k) => {
      const number = saved.params[k] ?? -1;
      const given = state[number];
      if (given !== undefined && Object.keys(given).length > 0) {
        const needed = rules.needed(param, loaded.options);
        states.set(param, readParamState(subject, number, param, given, needed));
      }
    });
    return loaded;
  });
  return { groups: read, states };
}

function readGroup<O extends object>(
  subject: string,
  { params: _, lr, initialLr, ...options }: SavedGroup,
  { values }: Group<O>,
  rules: Rules<O>,
): ReadState<O>['groups'][number] {
  try {
    requireKnownOptions(subject, options, Object.keys(values));
    rules.check(options as Partial<O>);
  } catch (error) {
    if (!(error instanceof WickError)) throw error;
    const detail = error.message.slice(error.subject.length + 2);
    throw new CheckpointError(subject, `the state dict does not fit: ${detail}`, { cause: error });
  }
  if (typeof lr !== 'number' || !(lr >= 0))
    throw new CheckpointError(subject, `lr of the state dict is ${lr}, not ≥ 0`);
  return { lr, initialLr: initialLr ?? null, options: { ...values, ...options } };
}

/** Copies of a parameter's tensors: those that are needed, and others that options set later may need. */
function readParamState(
  subject: string,
  number: number,
  param: Tensor,
  given: ParamState,
  needed: ParamState,
): ParamState {
  const refuse = (name: string, found: string, wanted: readonly number[]) =>
    new CheckpointError(
      subject,
      `${name} of parameter ${number} is ${found}, ${formatShape(wanted)} is required`,
    );
  const copies: Record<string, Tensor> = {};
  for (const [name, source] of Object.entries(given)) {
    const like = needed[name] ?? (source.ndim === 0 ? source : param);
    if (!sameShape(source.shape, like.shape))
      throw refuse(name, formatShape(source.shape), like.shape);
    copies[name] = source.detach().to(like.dtype).clone();
  }
  for (const [name, { shape }] of Object.entries(needed))
    if (copies[name] === undefined) throw refuse(name, 'missing', shape);
  return copies;
}
