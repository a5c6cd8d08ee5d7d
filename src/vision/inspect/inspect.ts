import { DataError } from '../../core/errors.js';
import { optionReader } from '../../core/options.js';
import { type Examined, examine } from './examine.js';
import { inParallel } from './in-parallel.js';
import type { PictureDataset } from './picture-dataset.js';

/** A part of the data, such as `train`. */
export interface InspectedSplit {
  readonly name: string;
  readonly dataset: PictureDataset;
}

export interface Count {
  readonly name: string;
  readonly count: number;
}

/** The smallest, middle and largest of some numbers. */
export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** What a split consists of. */
export interface SplitReport {
  readonly name: string;
  readonly samples: number;
  /** In the order of the class numbers. */
  readonly classes: readonly Count[];
  /** Samples of the largest class for each of the smallest; null when a class is empty. */
  readonly imbalance: number | null;
  readonly height: Spread;
  readonly width: Spread;
  /** The ten most common sizes, as in `256×384`, height first. */
  readonly sizes: readonly Count[];
  /** File formats and colour modes, as in `jpeg rgb`. */
  readonly forms: readonly Count[];
  readonly sizeBytes: number;
}

/** A picture about which something is to be said. */
export interface Finding {
  readonly split: string;
  readonly name: string;
  readonly detail: string;
}

/** Pictures with the same content. */
export interface Duplicates {
  readonly members: readonly {
    readonly split: string;
    readonly name: string;
    readonly label: string;
  }[];
  /** They are in different splits: what is tested has been trained on. */
  readonly acrossSplits: boolean;
  /** They have different labels: at least one is wrong. */
  readonly acrossClasses: boolean;
}

/** What `inspect` finds. */
export interface DataReport {
  readonly splits: readonly SplitReport[];
  /** Files that cannot be used. */
  readonly corrupt: readonly Finding[];
  /** Pictures with a side below `tinySide`. */
  readonly tiny: readonly Finding[];
  /** Pictures that their EXIF data turns or mirrors. */
  readonly rotated: readonly Finding[];
  /** Files with blanks in their names or their class folders', which break naive list files and shell scripts. */
  readonly blanks: readonly Finding[];
  readonly duplicates: readonly Duplicates[];
}

export interface InspectOptions {
  /** Pictures with a side below this count as tiny. @default 16 */
  readonly tinySide?: number;
  readonly onProgress?: (done: number, total: number) => void;
}

const readOptions = optionReader<InspectOptions>('inspect', { tinySide: true, onProgress: true });

/** A picture with its split and class name. */
interface Located {
  readonly split: string;
  readonly picture: Examined;
  readonly label: string;
}

/** Looks at every picture of a data set: counts, sizes, and what may spoil a training. Nothing is changed. */
export async function inspect(
  splits: readonly InspectedSplit[],
  ...given: [options?: InspectOptions]
): Promise<DataReport> {
  const { tinySide = 16, onProgress = () => {} } = readOptions(given);
  const total = splits.reduce((sum, { dataset }) => sum + dataset.length, 0);
  const examined: Located[] = [];
  const reports: SplitReport[] = [];
  for (const { name, dataset } of splits) {
    if (dataset.length === 0) throw new DataError(name, 'there are no pictures to look at');
    const before = examined.length;
    const pictures = new Array<Examined>(dataset.length);
    await inParallel(
      dataset.length,
      async (index) => {
        pictures[index] = await examine(dataset, index);
      },
      (done) => onProgress(before + done, total),
    );
    for (const picture of pictures)
      examined.push({
        split: name,
        picture,
        label: dataset.classes[picture.label] ?? `${picture.label}`,
      });
    reports.push(summarize(name, dataset, pictures));
  }

  const find = (detailOf: (picture: Examined) => string | null): Finding[] =>
    examined.flatMap(({ split, picture }) => {
      const detail = detailOf(picture);
      return detail === null ? [] : [{ split, name: picture.name, detail }];
    });
  return {
    splits: reports,
    corrupt: find(({ error }) => error),
    tiny: find(({ error, height, width }) =>
      error === null && Math.min(height, width) < tinySide ? `${height}×${width}` : null,
    ),
    rotated: find(({ orientation }) =>
      orientation === 1 ? null : `EXIF orientation ${orientation}`,
    ),
    blanks: find(({ file }) => (file !== null && /\s/.test(file) ? 'blank in the name' : null)),
    duplicates: findDuplicates(examined),
  };
}

function summarize(
  name: string,
  { classes, targets }: PictureDataset,
  pictures: readonly Examined[],
): SplitReport {
  const counts = classes.map(() => 0);
  for (const label of Array.from(targets)) counts[label] = (counts[label] ?? 0) + 1;
  const smallest = Math.min(...counts);
  const usable = pictures.filter(({ error }) => error === null);
  return {
    name,
    samples: pictures.length,
    classes: classes.map((label, i) => ({ name: label, count: counts[i] ?? 0 })),
    imbalance: smallest === 0 ? null : Math.max(...counts) / smallest,
    height: spread(usable.map(({ height }) => height)),
    width: spread(usable.map(({ width }) => width)),
    sizes: mostCommon(usable.map(({ height, width }) => `${height}×${width}`)).slice(0, 10),
    forms: mostCommon(pictures.map(({ form }) => form)),
    sizeBytes: pictures.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  };
}

function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? 0;
  return { min: at(0), median: at(sorted.length >> 1), max: at(sorted.length - 1) };
}

function mostCommon(names: readonly string[]): Count[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, count]) => ({ name, count })).sort((a, b) => b.count - a.count);
}

function findDuplicates(examined: readonly Located[]): Duplicates[] {
  const groups = new Map<string, Located[]>();
  for (const located of examined) {
    const { hash, sizeBytes } = located.picture;
    const group = groups.get(hash);
    if (group !== undefined) group.push(located);
    else if (sizeBytes > 0) groups.set(hash, [located]);
  }
  return [...groups.values()]
    .filter((group) => group.length > 1)
    .map((group) => ({
      members: group.map(({ split, picture, label }) => ({ split, name: picture.name, label })),
      acrossSplits: new Set(group.map(({ split }) => split)).size > 1,
      acrossClasses: new Set(group.map(({ label }) => label)).size > 1,
    }));
}
