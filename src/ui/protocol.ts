/** What the server and its page say to each other: types alone, which both sides import. */
import type { SettingDifference } from '../report/page/run-report.js';
import type { LogLine } from '../runs/run-log.js';
import type { SteeringEntry } from '../runs/steering/steering-log.js';

/** What the page asks first. */
export interface UiFacts {
  /** Where the runs are. */
  readonly folder: string;
  /** The only run that is shown; null where all of the folder are. */
  readonly only: string | null;
  /** Whether trainings may be steered. */
  readonly control: boolean;
  /** The networks that a page may choose where it may start trainings; null where it may not. */
  readonly models: readonly string[] | null;
}

/** What has become of a training that a page has started: `begun` is a run. */
export interface StartedTraining {
  readonly state: 'starting' | 'begun' | 'failed';
  /** The end of what it has said. */
  readonly log: string;
}

/** `died`: nobody trains in it, and it has not said how it ended; `unreadable`: its files are damaged. */
export type RunRowState = 'running' | 'finished' | 'stopped' | 'failed' | 'died' | 'unreadable';

export interface RunRow {
  readonly name: string;
  readonly state: RunRowState;
  /** Why it failed, or what is damaged. */
  readonly reason: string | null;
  /** The data; empty before that is known. */
  readonly recipe: string;
  readonly model: string;
  readonly epochs: { readonly done: number; readonly planned: number };
  /** How far the epoch is that goes on, 0–1. */
  readonly within: number;
  /** On what chooses the best weights. */
  readonly best: {
    readonly epoch: number;
    readonly accuracy: number;
    readonly split: string;
  } | null;
  /** Of the best weights, where a validation set chose them. */
  readonly test: number | null;
  /** Learning rate of the last step. */
  readonly lr: number | null;
  /** Of epochs that have ended. */
  readonly durationMs: number;
  /** What is left at the speed so far; null where that is not known. */
  readonly leftMs: number | null;
  /** As ISO 8601 has it. */
  readonly started: string | null;
}

/** A picture that is there. */
export interface RunPicture {
  readonly file: string;
  /** Another one when it is drawn anew. */
  readonly version: string;
}

/** What a page gets. */
export interface RunEvents {
  /** `null` when the run is no longer there. */
  readonly row: RunRow | null;
  readonly pictures: readonly RunPicture[];
  /** What is damaged in its files; nothing comes after it. */
  readonly problem: string;
  /** What was done by hand. */
  readonly steering: readonly SteeringEntry[];
  readonly lines: {
    /** Whether the page forgets what it has: the run has gone back to a checkpoint. */
    readonly reset: boolean;
    readonly metrics: readonly LogLine<'metrics.jsonl'>[];
    /** `[step, loss, lr]` */
    readonly steps: readonly (readonly [number, number, number])[];
  };
}

/** What of a run stays as it is while it trains. */
export interface RunDetails {
  /** Settings that are not as they are by default, and the seed. */
  readonly settings: readonly SettingDifference[];
  /** By the words of `Words.environmentOf`. */
  readonly environment: readonly (readonly [
    of: 'wick' | 'node' | 'engine' | 'threads',
    value: string,
  ])[];
  /** What a terminal is told: to go on, to run it again, to train with its settings. */
  readonly commands: Readonly<Record<'resume' | 'reproduce' | 'train', string>>;
}
