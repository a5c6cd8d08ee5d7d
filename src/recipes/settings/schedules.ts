/**
 * Every scheduler of `optim.lrScheduler` as a setting. Counts are in epochs, whatever the rate is set after: where it is
 * set after each step, they are multiplied by the steps of an epoch. `cyclic` counts steps, as it does everywhere.
 */
import { z } from 'zod';
import { nonNegative, positive, share, whole } from './ranges.js';

const per = z
  .enum(['epoch', 'step'])
  .nullable()
  .default(null)
  .describe(
    'what it is set after; none: each step with warm-up, oneCycle and cyclic, else each epoch',
  );
const gamma = (what: string, value = 0.1) => positive(10).default(value).describe(what);
const etaMin = () => nonNegative().default(0).describe('lowest learning rate');
const totalIters = () => positive().default(5).describe('epochs that it takes');
const epochFunction = (what: string) =>
  z
    .custom<(epoch: number) => number>((value) => typeof value === 'function')
    .describe(`a function of a recipe in code: epoch → ${what}`);
const cycleMomentum = {
  cycleMomentum: z
    .boolean()
    .nullable()
    .default(null)
    .describe('move momentum, or β₁, the other way; none: where the optimizer has it'),
};
const momentum = (value: number, what: string) =>
  share().default(value).describe(`momentum where the rate is ${what}`);

const simple = [
  z.strictObject({
    name: z.literal('step'),
    per,
    stepSize: positive().describe('epochs between two reductions'),
    gamma: gamma('factor of each reduction'),
  }),
  z.strictObject({
    name: z.literal('multiStep'),
    per,
    milestones: z.array(positive()).min(1).describe('epochs of the reductions'),
    gamma: gamma('factor of each reduction'),
  }),
  z.strictObject({
    name: z.literal('exponential'),
    per,
    gamma: gamma('factor of each epoch', 0.9),
  }),
  z.strictObject({
    name: z.literal('constant'),
    per,
    factor: share()
      .default(1 / 3)
      .describe('factor at first'),
    totalIters: totalIters(),
  }),
  z.strictObject({
    name: z.literal('linear'),
    per,
    startFactor: share()
      .default(1 / 3)
      .describe('factor at first'),
    endFactor: share().default(1).describe('factor at the end'),
    totalIters: totalIters(),
  }),
  z.strictObject({
    name: z.literal('polynomial'),
    per,
    totalIters: positive().nullable().default(null).describe('epochs down to 0; none: all'),
    power: positive(100).default(1).describe('1 is a line, 2 a parabola'),
  }),
  z.strictObject({
    name: z.literal('cosine'),
    per,
    tMax: positive().nullable().default(null).describe('epochs down to etaMin; none: all'),
    etaMin: etaMin(),
  }),
  z.strictObject({
    name: z.literal('cosineRestarts'),
    per,
    t0: positive().describe('epochs of the first cycle'),
    tMult: whole(1, 100).default(1).describe('how many times longer each cycle is'),
    etaMin: etaMin(),
  }),
  z.strictObject({
    name: z.literal('oneCycle'),
    per,
    maxLr: positive().nullable().default(null).describe("highest rate; none: the optimizer's lr"),
    pctStart: share().default(0.3).describe('share of the run in which the rate rises'),
    annealStrategy: z.enum(['cos', 'linear']).default('cos').describe('form of rise and fall'),
    divFactor: positive().default(25).describe('it starts at maxLr / divFactor'),
    finalDivFactor: positive(1e12).default(1e4).describe('it ends at its start / finalDivFactor'),
    threePhase: z.boolean().default(false).describe('fall back to the start before the end'),
    ...cycleMomentum,
    baseMomentum: momentum(0.85, 'highest'),
    maxMomentum: momentum(0.95, 'lowest'),
  }),
  z.strictObject({
    name: z.literal('cyclic'),
    per,
    baseLr: positive().nullable().default(null).describe('lowest rate; none: maxLr / 10'),
    maxLr: positive().nullable().default(null).describe("highest rate; none: the optimizer's lr"),
    stepSizeUp: whole(1).default(2000).describe('steps that it rises'),
    stepSizeDown: whole(1)
      .nullable()
      .default(null)
      .describe('steps that it falls; none: stepSizeUp'),
    mode: z
      .enum(['triangular', 'triangular2', 'expRange'])
      .default('triangular')
      .describe('cycles alike, each half as high, or times gamma for each step'),
    gamma: positive(1).default(1).describe('of mode expRange'),
    ...cycleMomentum,
    baseMomentum: momentum(0.8, 'highest'),
    maxMomentum: momentum(0.9, 'lowest'),
  }),
  z.strictObject({ name: z.literal('lambda'), per, lambda: epochFunction('factor of lr') }),
  z.strictObject({
    name: z.literal('multiplicative'),
    per,
    lambda: epochFunction('factor of the rate before'),
  }),
] as const;

const part = z.discriminatedUnion('name', simple);
const parts = z.array(part).min(1).describe('schedules as they stand alone, per left out');

export const scheduleSchema = z.discriminatedUnion('name', [
  ...simple,
  z.strictObject({
    name: z.literal('plateau'),
    mode: z
      .enum(['min', 'max'])
      .default('min')
      .describe('whether what is watched should fall or rise'),
    factor: positive(1).lt(1).default(0.1).describe('factor of each reduction'),
    patience: whole(0).default(10).describe('epochs without improvement that are let pass'),
    threshold: nonNegative().default(1e-4).describe('least change that counts'),
    thresholdMode: z.enum(['rel', 'abs']).default('rel').describe('share of the best, or absolute'),
    cooldown: whole(0).default(0).describe('epochs after a reduction that do not count'),
    minLr: nonNegative().default(0).describe('lowest rate'),
    eps: nonNegative().default(1e-8).describe('smaller changes are not made'),
  }),
  z.strictObject({
    name: z.literal('sequential'),
    per,
    schedules: parts,
    milestones: z.array(positive()).describe('epochs at which the next begins'),
  }),
  z.strictObject({ name: z.literal('chained'), per, schedules: parts }),
]);

export type SimpleSchedule = z.output<typeof part>;
export type ScheduleSetting = z.output<typeof scheduleSchema>;

export const warmupSchema = z.strictObject({
  epochs: positive().default(1).describe('epochs until the full rate, fractions too'),
  startFactor: positive(1).default(0.01).describe('factor of the first step'),
});
export type WarmupSetting = z.output<typeof warmupSchema>;
