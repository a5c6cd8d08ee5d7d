import { ValueError } from '../../core/errors.js';
import type { Module } from '../../nn/module.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Callback, Training } from '../callback.js';
import { keepFlags } from '../keep-flags.js';
import type { CallbackState } from '../trainer-state.js';

/** Paths of modules, or of parameters, by the epoch, counted from 1, before which something happens to them. */
export type PartsByEpoch = Readonly<Record<number, string | readonly string[]>>;

/** Changes which parts of a model learn, epoch by epoch; a resumed training, or one that is rolled back, has what its epoch has. */
export abstract class ChangesParts implements Callback {
  abstract readonly stateKey: string;
  private training: Training | null = null;
  private epoch = 0;
  /** Brings back what learned when the training began. */
  private startAgain: () => void = () => undefined;

  constructor(
    name: string,
    private readonly parts: PartsByEpoch,
  ) {
    for (const epoch of Object.keys(parts))
      if (!/^[1-9]\d*$/.test(epoch))
        throw new ValueError(name, `epoch ${epoch} must be a whole number ≥ 1`);
  }

  onFitStart(training: Training): void {
    this.training = training;
    this.startAgain = keepFlags(training.model);
  }

  onEpochStart({ epoch }: { readonly epoch: number }): void {
    this.changeUpTo(epoch);
  }

  stateDict(): CallbackState {
    return { data: { epoch: this.epoch } };
  }

  loadStateDict({ data }: CallbackState): void {
    const { epoch } = data as { epoch: number }; // as `stateDict` wrote it
    if (epoch < this.epoch) {
      this.startAgain();
      this.epoch = 0;
    }
    this.changeUpTo(epoch);
  }

  /** @throws what names a path that is not there */
  requireParts(model: Module): void {
    for (const [, path] of this.entries()) partAt(model, path);
  }

  /** Those before which something changes. */
  get epochs(): number[] {
    return Object.keys(this.parts).map(Number);
  }

  /** Changes what is due before an epoch, without a word: for a look at what learns then. */
  changeAt(epoch: number, model: Module): void {
    for (const [at, path] of this.entries()) if (at === epoch) this.change(partAt(model, path));
  }

  /** Lets a part learn, or not. */
  protected abstract change(part: Module | Tensor): void;

  /** What follows on it in a training, before epoch `at`: what people are told, and what the optimizer must know. */
  protected abstract changed(
    part: Module | Tensor,
    path: string,
    at: number,
    training: Training,
  ): void;

  private changeUpTo(epoch: number): void {
    const { training } = this;
    if (training === null) return;
    for (const [at, path] of this.entries())
      if (at > this.epoch && at <= epoch) {
        const part = partAt(training.model, path);
        this.change(part);
        this.changed(part, path, at, training);
      }
    this.epoch = Math.max(this.epoch, epoch);
  }

  private entries(): (readonly [at: number, path: string])[] {
    return Object.entries(this.parts).flatMap(([at, paths]) =>
      [paths].flat().map((path: string) => [Number(at), path] as const),
    );
  }
}

/** The parameter, or the module, at a path. */
function partAt(model: Module, path: string): Module | Tensor {
  const parameter = model.namedParameters().find(([name]) => name === path);
  return parameter?.[1] ?? model.getSubmodule(path);
}
