/** What pages other than a run's report say: of compared runs, of explained pictures, of studies. */
export const englishPages = {
  compare: {
    title: (runs: number) => (runs === 1 ? '1 run' : `${runs} runs compared`),
    heldOut: 'Held out of training',
    runs: 'Runs',
    run: 'run',
    epochs: 'epochs',
    val: 'val',
    test: 'test',
    time: 'time',
    speed: 'images/s',
    parameters: 'params',
    setting: 'setting',
    differing: 'What differs',
    noneDiffers: 'No setting differs.',
    /** Of rows that are no settings. */
    facts: {
      data: 'data',
      'recipe file': 'recipe file',
      'recipe file SHA-256': 'recipe file SHA-256',
      'training images': 'training images',
      'training set': 'training set',
      engine: 'engine',
      threads: 'threads',
      'by hand': 'by hand',
    },
    /** What was changed by hand, as the terminal says it. */
    byHand: (text: string) => text,
    curves: 'Curves',
    notCompared: 'Not compared',
    seeds: (runs: string, split: 'val' | 'test', accuracy: string, count: number) =>
      `${runs}: ${split} ${accuracy} over ${count} seeds`,
    failed: (run: string, reason: string | undefined) =>
      `${run} failed${reason === undefined ? '' : `: ${reason}`}`,
    stopped: (run: string, epochs: number) => `${run} was stopped ${after(epochs)}`,
    unfinished: (run: string) =>
      `${run} has not ended: it still trains, or wick train --resume goes on with it`,
    endedEarly: (run: string, epochs: number) => `${run} ended early, ${after(epochs)}`,
    and: ' and ',
    classesDiffer: (runs: string) =>
      `the classes of ${runs} differ: their accuracies cannot be compared`,
    imagesDiffer: (runs: string) =>
      `the test images of ${runs} differ: so their accuracies do for that reason, too`,
    chosen: (byTest: string, byVal: string) =>
      `the best epoch of ${byTest} was chosen by the test set, that of ${byVal} by a validation set: the former look a little better than they are`,
    best: (run: string, points: string, second: string) =>
      `${run} is the best, by ${points} points before ${second}`,
    others: 'the others',
    notApart: (run: string, images: number, others: string) =>
      `${run} has the highest accuracy, but ${images} test images do not tell it apart from ${others}: the intervals overlap`,
  },
  gallery: {
    notShown: 'Not shown',
    why: (run: string) => `Why: ${run}`,
    how: (model: string, methods: string, layer: string | null, pictures: number) =>
      `${model}, ${methods}${layer === null ? '' : ` at ${layer}`}; ${pictures} ${pictures === 1 ? 'picture as the network sees it' : 'pictures as the network sees them'}`,
    ownScale: 'Each map has a scale of its own: colours say where, not how much.',
    low: 'says nothing for the class',
    high: 'speaks most for it',
    picture: 'picture',
    predicted: (name: string, share: string) => `predicted ${name} (${share})`,
    right: ', right',
    truly: (name: string) => `, truly ${name}`,
    features: (image: string) => `Features: ${image}`,
    rowByRow: (run: string, model: string) =>
      `${run}, ${model}; row by row, each map on a scale of its own`,
    smallest: 'smallest',
    largest: 'largest',
    filterCount: (count: number, shape: string) => `${count} filters ${shape}`,
    mapCount: (count: number, height: number, width: number, drawn: number) =>
      `${count} maps of ${height}×${width}${count > drawn ? `, the first ${drawn} are drawn` : ''}`,
    whyClass: (name: string, role: 'predicted' | 'true' | 'asked', share: string) =>
      `why ${name} (${role === 'predicted' ? '' : `${role}, `}${share})`,
  },
  embed: {
    title: (run: string) => `What is alike to ${run}`,
    how: (pictures: number, by: string, layer: string | null, share: string) =>
      `${pictures} pictures by ${by} of ${layer ?? 'what the last layer decides by'}, ${share}`,
    by: { pca: 'the two principal components', umap: 'the neighbours (UMAP)' },
    held: (shares: readonly string[]) => `which hold ${shares.join(' and ')} of the differences`,
    distances: 'where distances between groups mean little',
    dashed: (pictures: number) => `Dashed: the ${pictures} that the model takes for another class.`,
  },
  audit: {
    title: (data: string) => `Labels of ${data}`,
    guesses: (pictures: number) =>
      `nothing can be said of the labels of ${pictures} pictures: what judges does hardly better than naming the largest class`,
    none: (pictures: number) => `no label of ${pictures} pictures looks wrong`,
    some: (suspects: number, pictures: number) =>
      `${suspects} of ${pictures} pictures have labels that are probably wrong`,
    how: (judge: string, folds: number, share: string) =>
      `judged by ${judge}, in ${folds} folds; it agrees with ${share} of the labels`,
    surest: (shown: number) => `The ${shown} surest are shown.`,
  },
  tune: {
    title: (data: string, trials: number) => `${data}: ${trials} trial${trials === 1 ? '' : 's'}`,
    objective: {
      accuracy: 'validation accuracy (%)',
      balancedAccuracy: 'balanced validation accuracy (%)',
      loss: 'validation loss',
    },
    metric: { accuracy: 'accuracy', balancedAccuracy: 'balanced accuracy', loss: 'loss' },
    best: (trial: number, metric: string, score: string, test: string | null) =>
      `The best is trial ${trial}: validation ${metric} ${score}${test === null ? '' : `; accuracy on the test set, by which nothing was chosen: ${test}`}.`,
    search: { grid: 'a grid', tpe: 'TPE', random: 'random search' },
    how: (seeds: number, search: string, reduction: number | null) =>
      `${seeds === 1 ? 'One training' : `${seeds} seeds`} of each trial; ${search}${reduction === null ? '' : `, of which one in ${reduction} went on at each rung`}.`,
    someFailed: (trials: number) => `${trials} failed.`,
    history: 'History',
    tried: 'What was tried',
    importance: 'Importance',
    mattered: 'What mattered (%)',
    trials: 'Trials',
    trial: 'trial',
    epochs: 'epochs',
    failed: 'failed',
    endedEarly: 'ended early',
    bestSoFar: 'best so far',
  },
};

const after = (epochs: number) => `after ${epochs} epoch${epochs === 1 ? '' : 's'}`;
