/** What pages say that people give pictures to: of a server, of an exported folder, of one that learns. */
export const english = {
  language: 'Language',
  percent: (share: string) => `${share} %`,

  choosePicture: 'Choose a picture',
  orDropPicture: 'or drop one here, or paste one',
  noPictureInIt: 'There is no picture in it.',

  useCamera: 'Use the camera',
  takePicture: 'Take a picture',
  keepLooking: 'keep looking',
  closeCamera: 'Close the camera',
  noCamera: (reason: string) => `The camera cannot be used (${reason}).`,
  notSecure: 'the page must come over https, or from this machine',

  model: 'Model',
  showReasons: 'show where the model looks (Grad-CAM)',
  heatmap: 'Heatmap',
  thePicture: 'The picture',
  thePictureWithHeat: 'The picture, with what spoke for the class in colour',
  unsure: 'the model is unsure',
  answerTo: (picture: string, answer: string) => `${picture}: ${answer}`,
  exchanged: ' (dark and light exchanged, as the model knows them)',
  answered: (status: number) => `The server answered ${status}.`,

  loading: (share: string) => `Loading the model: ${share}`,
  notLoaded: (reason: string) => `The model cannot be loaded: ${reason}`,
  ready: (classes: number) => `Ready: ${classes} classes.`,
  facts: (network: string, threads: number, license: string | undefined) =>
    [
      'Pictures stay on this machine',
      `${network}, ${threads === 1 ? 'one thread' : `${threads} threads`}`,
      ...(license === undefined ? [] : [`the model's licence: ${license}`]),
    ]
      .join('; ')
      .concat('.'),

  learn: 'Learn',
  aboutLearning:
    'Name two or more classes, and give each some pictures: twenty do, five are the least.',
  addClass: 'Add a class',
  className: (number: number) => `class ${number}`,
  nameOfClass: (number: number) => `Name of class ${number}`,
  addPictures: 'Add pictures',
  fromCamera: 'from the camera',
  pictures: (count: number) =>
    count === 0 ? 'no pictures' : `${count} picture${count === 1 ? '' : 's'}`,
  whatLearns: 'What learns',
  backbone: 'a new head on the network',
  fresh: 'a small network from scratch',
  whatComputes: 'What computes',
  processor: 'the processor',
  gpu: 'the graphics card (experimental)',
  computesOnGpu: (name: string) => `The graphics card computes (${name}).`,
  computesOnProcessor: (problem: string | null) =>
    problem === null
      ? 'The processor computes.'
      : `The processor computes, for the graphics card does not: ${problem}.`,
  differentNames: 'two or more classes with different names are required',
  tooFew: (name: string, count: number, least: number) =>
    `class '${name}' has ${count} pictures, at least ${least} are required`,
  stages: {
    network: 'loading the network …',
    pictures: 'reading the pictures …',
    features: 'looking at the pictures …',
    learning: 'learning …',
  },
  epoch: (epoch: number, epochs: number, share: string) =>
    `epoch ${epoch} of ${epochs}: ${share} of the pictures held out are right`,
  accuracyByEpoch: 'Accuracy by epoch',
  curves: 'Accuracy by epoch: held out (thick), learned from (thin)',
  confusion: 'Held out: what they are, and what they were taken for',
  tryIt: 'Try it',
  save: 'Save model.wick',
};

export type PictureWords = typeof english;
