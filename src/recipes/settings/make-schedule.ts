/** The scheduler that the settings describe. */
import {
  type ChainedPart,
  ChainedScheduler,
  ConstantLR,
  CosineAnnealingLR,
  CosineAnnealingWarmRestarts,
  CyclicLR,
  ExponentialLR,
  LambdaLR,
  LinearLR,
  type LRScheduler,
  MultiplicativeLR,
  MultiStepLR,
  OneCycleLR,
  PolynomialLR,
  ReduceLROnPlateau,
  SequentialLR,
  StepLR,
} from '../../optim/lr-scheduler.js';
import type { Optimizer } from '../../optim/optimizer.js';
import type { ScheduleSetting, SimpleSchedule, WarmupSetting } from './schedules.js';

export interface ScheduleRequest {
  readonly schedule: ScheduleSetting | null;
  readonly warmup: WarmupSetting | null;
  readonly epochs: number;
}

/** A scheduler that can be saved. */
export interface MadeSchedule {
  /** Takes the loss of what is held out, where it steps after epochs. */
  step(metric?: number): void;
  stateDict(): object;
  loadStateDict(state: object): void;
}

export interface ScheduleOfRun {
  readonly scheduler: MadeSchedule;
  readonly per: 'epoch' | 'step';
}

/** How long a schedule lasts, in the units that it steps in. */
interface Clock {
  /** Units of an epoch. */
  readonly epoch: number;
  /** Units of the run that are left to it. */
  readonly total: number;
}

/** The scheduler of a run of so many steps an epoch; null where the rate stays as it is. */
export function makeSchedule(
  optimizer: Optimizer,
  { schedule, warmup, epochs }: ScheduleRequest,
  stepsPerEpoch: number,
): ScheduleOfRun | null {
  if (schedule === null && warmup === null) return null;
  const per = unitOf(schedule, warmup !== null);
  const epoch = per === 'step' ? stepsPerEpoch : 1;
  const rise = warmup === null ? 0 : units(warmup.epochs, epoch);
  const clock = { epoch, total: Math.max(1, epochs * epoch - rise) };
  const warm = () =>
    new LinearLR(optimizer, { startFactor: warmup?.startFactor ?? 1, totalIters: rise });
  if (schedule === null) return { scheduler: saved(warm()), per };
  if (schedule.name === 'plateau') {
    const { name: _, ...options } = schedule;
    const plateau = new ReduceLROnPlateau(optimizer, options);
    return { scheduler: rise === 0 ? watching(plateau) : warmPlateau(warm(), plateau, rise), per };
  }
  if (schedule.name === 'chained') {
    const list = schedule.schedules.map((part) => simple(part, optimizer, clock));
    const all = rise === 0 ? list : [warm(), ...list];
    return { scheduler: saved(new ChainedScheduler(all as ChainedPart[])), per };
  }
  const first = rise === 0 ? [] : [warm()];
  const [schedules, milestones] =
    schedule.name === 'sequential'
      ? [
          schedule.schedules.map((part) => simple(part, optimizer, clock)),
          schedule.milestones.map((milestone) => rise + units(milestone, epoch)),
        ]
      : [[simple(schedule, optimizer, clock)], []];
  const all: LRScheduler[] = [...first, ...schedules];
  const [only] = all;
  if (all.length === 1 && only !== undefined) return { scheduler: saved(only), per };
  const begins = rise === 0 ? milestones : [rise, ...milestones];
  return { scheduler: saved(new SequentialLR(optimizer, all, begins)), per };
}

/** What a schedule is stepped after. */
function unitOf(schedule: ScheduleSetting | null, warm: boolean): 'epoch' | 'step' {
  if (schedule === null) return 'step';
  if (schedule.name === 'plateau') return 'epoch';
  const alwaysSteps = schedule.name === 'cyclic' || schedule.name === 'oneCycle';
  return schedule.per ?? (warm || alwaysSteps ? 'step' : 'epoch');
}

/** A count of epochs in the clock's units: whole, at least one. */
function units(epochs: number, epoch: number): number {
  return Math.max(1, Math.round(epochs * epoch));
}

function simple(
  setting: SimpleSchedule,
  optimizer: Optimizer,
  { epoch, total }: Clock,
): LRScheduler {
  const scaled = (epochs: number | null) => (epochs === null ? total : units(epochs, epoch));
  switch (setting.name) {
    case 'step':
      return new StepLR(optimizer, scaled(setting.stepSize), { gamma: setting.gamma });
    case 'multiStep':
      return new MultiStepLR(optimizer, setting.milestones.map(scaled), { gamma: setting.gamma });
    case 'exponential':
      return new ExponentialLR(optimizer, setting.gamma ** (1 / epoch));
    case 'constant': {
      const { factor, totalIters } = setting;
      return new ConstantLR(optimizer, { factor, totalIters: scaled(totalIters) });
    }
    case 'linear': {
      const { startFactor, endFactor, totalIters } = setting;
      return new LinearLR(optimizer, { startFactor, endFactor, totalIters: scaled(totalIters) });
    }
    case 'polynomial': {
      const { totalIters, power } = setting;
      return new PolynomialLR(optimizer, { totalIters: scaled(totalIters), power });
    }
    case 'cosine':
      return new CosineAnnealingLR(optimizer, scaled(setting.tMax), { etaMin: setting.etaMin });
    case 'cosineRestarts': {
      const { t0, tMult, etaMin } = setting;
      return new CosineAnnealingWarmRestarts(optimizer, scaled(t0), { tMult, etaMin });
    }
    case 'oneCycle': {
      const { name: _, per: __, maxLr, cycleMomentum, ...shape } = setting;
      const cycles = cycleMomentum ?? hasMomentum(optimizer);
      const options = { ...shape, totalSteps: total, cycleMomentum: cycles };
      return new OneCycleLR(optimizer, maxLr ?? optimizer.lr, options);
    }
    case 'cyclic': {
      const { name: _, per: __, baseLr, maxLr, stepSizeDown, cycleMomentum, ...shape } = setting;
      const high = maxLr ?? optimizer.lr;
      const cycles = cycleMomentum ?? hasMomentum(optimizer);
      const down = stepSizeDown ?? shape.stepSizeUp;
      const options = { ...shape, stepSizeDown: down, cycleMomentum: cycles };
      return new CyclicLR(optimizer, baseLr ?? high / 10, high, options);
    }
    case 'lambda':
      return new LambdaLR(optimizer, (step) => setting.lambda(step / epoch));
    case 'multiplicative':
      return new MultiplicativeLR(optimizer, (step) => setting.lambda(step / epoch));
  }
}

/** Whether an optimizer steps with a momentum that is more than 0. */
function hasMomentum(optimizer: Optimizer): boolean {
  return optimizer.paramGroups.every(({ values }) => {
    const { momentum = 0 } = values as { readonly momentum?: number };
    return momentum > 0 || 'betas' in values;
  });
}

interface Saved<S> {
  step(): void;
  stateDict(): S;
  loadStateDict(state: never): void;
}

function saved<S extends object>(scheduler: Saved<S>): MadeSchedule {
  return {
    step: () => scheduler.step(),
    stateDict: () => scheduler.stateDict(),
    loadStateDict: (state) => scheduler.loadStateDict(state as never), // it checks it
  };
}

function watching(plateau: ReduceLROnPlateau): MadeSchedule {
  return {
    ...saved(plateau as unknown as Saved<object>),
    step: (metric = Number.NaN) => plateau.step(metric),
  };
}

/** A warm-up of so many epochs, in which what is held out does not count yet. */
function warmPlateau(warm: LinearLR, plateau: ReduceLROnPlateau, rise: number): MadeSchedule {
  return {
    step: (metric = Number.NaN) => {
      if (warm.lastEpoch < rise) warm.step();
      else plateau.step(metric);
    },
    stateDict: () => ({ warm: warm.stateDict(), plateau: plateau.stateDict() }),
    loadStateDict: (state) => {
      const parts = state as { readonly warm: never; readonly plateau: never };
      warm.loadStateDict(parts.warm);
      plateau.loadStateDict(parts.plateau);
    },
  };
}
