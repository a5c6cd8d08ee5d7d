/** What every classifier can be told. */
export interface ClassifierOptions {
  /** Length K of the logits. @default as many as its best-known data set has */
  numClasses?: number;
}
