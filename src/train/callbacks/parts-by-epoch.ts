import { ValueError } from '../../core/errors.js';
import type { Module } from '../../nn/module.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Callback, Training } from '../callback.js';
import type { CallbackState } from '../trainer-state.js';

/** Paths of modules, or of parameters, by the epoch, counted from 1, before which something happens to them. */
export type PartsByEpoch = Readonly<Record<number, string | readonly string[]>>;

/** Changes which parts of a model learn, epoch by epoch; a resumed training, or one that is rolled back, has what its epoch has. */
export abstract class ChangesParts implements Callback {
  abstract readonly stateKey: string;
  private training: Training | null = null;
  private epoch = 0;
  /** What learned when the training began. */
  private learned: readonly (readonly [Tensor, boolean])[] = [];
  private frozen: readonly (readonly [Module, boolean])[] = [];

  constructor(
    name: string,
    private readonly parts: PartsByEpoch,
  ) {
    for (const epoch of Object.keys(parts))
      if (!/^[1-9]\d*$/.test(epoch))
        throw new ValueError(name, `epoch ${epoch} must be a whole number ≥ 1`);
  }

  /** Paths that are not there are named before anything is trained. */
  onFitStart(training: Training): void {
    const { model } = training;
    this.training = training;
    this.learned = model.parameters().map((parameter) => [parameter, parameter.requiresGrad]);
    this.frozen = model.modules().map((module) => [module, module.isFrozen]);
    for (const [, path] of this.entries()) partAt(model, path);
  }

  onEpochStart({ epoch }: { readonly epoch: number }): void {
    this.changeUpTo(epoch);
  }

  stateDict(): CallbackState {
    return { data: { epoch: this.epoch } };
  }

  loadStateDict({ data }: CallbackState): void {
    const { epoch } = data as { epoch: number }; // as `stateDict` wrote it
    if (epoch < this.epoch) this.startAgain();
    this.changeUpTo(epoch);
  }

  /** Changes a part, before epoch `at`, and says what it has done. */
  protected abstract change(
    part: Module | Tensor,
    path: string,
    at: number,
    training: Training,
  ): void;

  private startAgain(): void {
    for (const [parameter, learned] of this.learned) parameter.requiresGrad = learned;
    for (const [module, frozen] of this.frozen) module.isFrozen = frozen;
    this.epoch = 0;
  }

  private changeUpTo(epoch: number): void {
    const { training } = this;
    if (training === null) return;
    for (const [at, path] of this.entries())
      if (at > this.epoch && at <= epoch)
        this.change(partAt(training.model, path), path, at, training);
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
