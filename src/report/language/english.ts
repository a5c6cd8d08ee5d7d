import { englishPages } from './english-pages.js';

interface ResultWords {
  readonly split: string;
  readonly samples: string;
  /** In percent, as its interval. */
  readonly accuracy: string;
  readonly interval: readonly string[];
}

interface HowWords {
  readonly model: string;
  readonly parameters: string | null;
  readonly pretrained: string | null;
  readonly input: string;
  readonly recipe: string;
  readonly epochs: number;
  /** Epochs that were asked for. */
  readonly wanted: number;
  readonly best: number | null;
  readonly minutes: string | null;
}

/** English; the other languages say the same, and have its type. */
export const english = {
  ...englishPages,
  code: 'en',
  splits: { train: 'training', val: 'validation', test: 'test' },
  loss: 'Loss',
  accuracyPercent: 'Accuracy (%)',
  learningRate: 'learning rate',
  /** Of the learning rates of a training; null is none that changes. */
  schedule: (data: string, name: string | null) => `${data}: ${name ?? 'constant'} learning rate`,
  lossByRate: (data: string, optimizer: string) => `${data}: loss by learning rate (${optimizer})`,
  epoch: 'epoch',
  step: 'step',
  best: 'best',
  stepLoss: 'Loss of every step',
  raw: 'each step',
  smoothed: 'smoothed',
  confusion: 'What each class was taken for',
  actual: 'true class',
  predicted: 'predicted class',
  perClass: 'Precision, recall and F1 of each class',
  worstClasses: (shown: number, all: number) =>
    `Precision, recall and F1: the ${shown} of ${all} classes with the lowest F1`,
  precision: 'precision',
  recall: 'recall',
  f1: 'F1',
  reliability: (error: string) => `Reliability: expected calibration error ${error} %`,
  confidencePercent: 'confidence (%)',
  ideal: 'as sure as right',
  shareOfSamples: 'share of the images (%)',
  roc: (mean: string) => `ROC, mean area ${mean}`,
  precisionRecall: (mean: string) => `Precision and recall, mean average precision ${mean}`,
  falsePositiveRate: 'false positive rate',
  truePositiveRate: 'true positive rate',
  samples: 'Training images',
  asTheyAre: 'as they are',
  augmented: 'as training sees them',
  topLosses: 'The images with the highest loss',
  confusedPairs: 'Classes that are confused most',
  takenFor: (actual: string, predicted: string, count: number) =>
    `${actual} taken for ${predicted}: ${count}×`,
  mistaken: (predicted: string, share: string) => `taken for ${predicted}, ${share}`,
  truth: (actual: string, loss: string) => `is ${actual}, loss ${loss}`,
  result: ({ split, samples, accuracy, interval: [low, high] }: ResultWords) =>
    `Right for ${accuracy} % of ${samples} ${split} images (95 % interval ${low} to ${high} %).`,
  notMeasured: 'Not measured: no epoch has ended, or the images are not there.',
  more: (balanced: string, f1: string) => `Balanced accuracy ${balanced} %, macro F1 ${f1} %.`,
  how: ({
    model,
    parameters,
    pretrained,
    input,
    recipe,
    epochs,
    wanted,
    best,
    minutes,
  }: HowWords) =>
    [
      `${model}${parameters === null ? '' : ` (${parameters} parameters)`} on ${input} inputs`,
      pretrained === null ? '' : `, from trained weights (${pretrained})`,
      `, trained on ${recipe} for ${epochs === wanted ? epochs : `${epochs} of ${wanted}`} epochs`,
      minutes === null ? '' : ` in ${minutes}`,
      best === null ? '.' : `; the weights are those of epoch ${best}.`,
    ].join(''),
  chosenByTest: 'The best epoch was chosen by the test set: new images may do a little worse.',
  failed: (message: string) => `The training failed: ${message}`,
  stopped: (epochs: number, wanted: number) =>
    `The training was stopped after ${epochs} of ${wanted} epochs.`,
  settings: 'Settings that are not as usual',
  setting: 'setting',
  value: 'here',
  usual: 'usually',
  allUsual: 'All settings are those that this data set is trained with by default.',
  data: 'Data',
  className: 'class',
  allClasses: 'all',
  largestAndSmallest: 'The largest and the smallest classes:',
  notLookedAt: 'The files were not looked at for damage and duplicates: wick report does.',
  nothingFound: 'Nothing is wrong with the files.',
  found: {
    corrupt: (n: number) => `${n} cannot be used`,
    leaks: (n: number) => `${n} in several splits: what is tested has been trained on`,
    twoClasses: (n: number) => `${n} in several classes: one of them is wrong`,
    duplicates: (n: number) => `${n} there more than once`,
    tiny: (n: number) => `${n} tiny`,
  },
  /** One of several files that are the same picture. */
  samePicture: (split: string, file: string, label: string) => `${split} ${file} (${label})`,
  curves: 'Curves',
  mistakes: 'Mistakes',
  clickACell: 'A cell shows its images when it is clicked.',
  is: 'is',
  takenForOne: 'taken for',
  noPictures: '{} more are not in this file.',
  lossOf: (loss: string) => `loss ${loss}`,
  trust: 'How far probabilities can be trusted',
  reasons: 'Where the model looks',
  aboutReasons:
    'The image, and beside it where the class that was named has its reasons (Grad-CAM): yellow is much, violet little.',
  rightAnswers: 'Right answers',
  wrongAnswers: 'Wrong answers',
  notes: 'Notes',
  /** A finding, or a line that the training was told. */
  note: (text: string) => text,
  /** What is wrong with a file. */
  fault: (detail: string) => detail,
  noNotes: 'No lint has found anything.',
  environment: 'Environment',
  environmentOf: {
    wick: 'wick',
    node: 'Node',
    engine: 'engine',
    threads: 'threads',
    started: 'begun',
  },
  repeat: 'To go on from here',
  toGoOn: 'Go on where it stopped:',
  toRepeat: 'Run it again, and compare byte for byte:',
  toTrainAnew: 'Train with these settings, and others on top:',
  toEvaluate: 'Measure it again:',
  toPredict: 'Ask it what is in images:',
  noScript:
    'The charts of this page need JavaScript; the same are files beside it, such as curves.svg.',
};
