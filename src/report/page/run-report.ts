/** What a run's report says: plain data and pictures, whatever language it is told in. */
import type { RunRecord } from '../run-charts.js';

/** One answer of the model, with the picture. */
export interface ShownAnswer {
  /** The address of an image, its bytes inside. */
  readonly url: string;
  /** The file, or the sample's number. */
  readonly name: string;
  readonly actual: number;
  readonly predicted: number;
  /** Of `predicted`, 0–1. */
  readonly probability: number;
  readonly loss: number;
}

/** A picture beside where the model looked. */
export interface ShownReason extends Omit<ShownAnswer, 'loss'> {
  readonly right: boolean;
}

/** How good the best weights are. */
export interface ReportScores {
  readonly samples: number;
  readonly accuracy: number;
  readonly balancedAccuracy: number;
  readonly macroF1: number;
}

/** A setting that is not as it is by default. */
export interface SettingDifference {
  readonly key: string;
  readonly value: string;
  readonly usual: string;
}

/** A part of the data by its classes. */
export interface SplitCounts {
  readonly name: string;
  readonly samples: number;
  /** By class; null where they are not known. */
  readonly counts: readonly number[] | null;
}

/** A file of which something is to be said. */
export interface FoundFile {
  readonly name: string;
  /** What is wrong with it, where the kind of finding does not say it; in English. */
  readonly fault?: string;
}

/** Files that are the same picture. */
export interface FoundCopies {
  readonly copies: readonly {
    readonly split: string;
    readonly name: string;
    readonly label: string;
  }[];
}

/** What was found among the files. */
export interface FoundInData {
  /** Each a kind of finding by its word, with the files. */
  readonly kinds: readonly {
    readonly kind: 'corrupt' | 'leaks' | 'twoClasses' | 'duplicates' | 'tiny';
    readonly files: readonly (FoundFile | FoundCopies)[];
  }[];
}

export interface RunReport {
  readonly record: RunRecord;
  /** What scores, confusion and pictures are of. */
  readonly split: 'val' | 'test';
  readonly scores: ReportScores | null;
  readonly model: {
    readonly name: string;
    readonly pretrained: string | null;
    readonly inputShape: readonly number[];
    readonly parameters: number | null;
  };
  readonly ended: {
    readonly epochs: number;
    readonly wanted: number;
    readonly durationMs: number | null;
    readonly failed: string | null;
    readonly stopped: boolean;
  };
  readonly recipe: string;
  readonly settings: readonly SettingDifference[];
  readonly splits: readonly SplitCounts[];
  /** Null where the files were not looked at. */
  readonly found: FoundInData | null;
  /** Pictures of cells of the confusion matrix: the mistakes, and some right answers. */
  readonly answers: readonly ShownAnswer[];
  readonly topLosses: readonly ShownAnswer[];
  readonly reasons: readonly ShownReason[];
  /** What is wrong with the model although its accuracy may look good. */
  readonly findings: readonly string[];
  /** What people were told while it trained. */
  readonly notes: readonly string[];
  readonly environment: readonly {
    readonly of: 'wick' | 'node' | 'engine' | 'threads' | 'started';
    readonly value: string;
  }[];
  /** The run's folder, as commands name it. */
  readonly path: string;
}
