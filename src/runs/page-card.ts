/** The part of a model's card that a page needs. */
export interface PageCard {
  /** A name and its options in the table of models. */
  readonly architecture: {
    readonly name: string;
    readonly options: Readonly<Record<string, unknown>>;
  };
  /** `[C, H, W]` of one input. */
  readonly inputShape: [channels: 1 | 3, height: number, width: number];
  /** Class names by number. */
  readonly classes: string[];
  /** What the grey pictures that were trained on have around what they show. */
  readonly background?: 'dark' | 'light' | undefined;
  /** Scores are divided by it before softmax. */
  readonly temperature?: number | undefined;
  /** Under which terms the model may be used. */
  readonly license?: string | undefined;
  /** The evaluation transform. */
  readonly transform: { readonly name: string; readonly [option: string]: unknown };
}
