/** A trial of a study, as its charts show it. */
export interface TunedTrial {
  readonly trial: number;
  /** Settings by their keys; a trial may lack some. */
  readonly values: Readonly<Record<string, unknown>>;
  /** How many epochs it was trained for. */
  readonly epochs: number;
  /** The objective; null where it failed. */
  readonly value: number | null;
}

/** What a study's trials are compared by. */
export interface Objective {
  /** `validation accuracy (%)` */
  readonly name: string;
  /** Whether less of it is better. */
  readonly minimize: boolean;
}
