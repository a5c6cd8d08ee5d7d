import { relative } from 'node:path';
import { DataError } from '../../core/errors.js';
import { type OptionNames, optionReader } from '../../core/options.js';
import { quoteAll } from '../../core/outside-text.js';
import { bindClasses } from './class-names.js';
import { FileImages } from './file-images.js';
import { PictureFolders } from './image-files.js';
import { type ImageStoreOptions, imageStoreNames } from './image-store/image-store.js';
import { makeStore } from './image-store/make-store.js';
import { type SampleOptions, StandardTransform, sampleNames } from './standard-transform.js';

export interface FileDatasetOptions extends ImageStoreOptions, SampleOptions {
  /**
   * The classes by number, where a model or another split has already numbered them. Names decide: an unknown one is an
   * error, one that is missing here keeps its number. @default the names found, in code-point order
   */
  readonly classes?: readonly string[];
}

export const fileDatasetNames: OptionNames<FileDatasetOptions> = {
  ...sampleNames,
  classes: true,
  ...imageStoreNames,
};
const readOptions = optionReader<FileDatasetOptions>('ImageFolder', fileDatasetNames);

/**
 * A folder of pictures with one sub-folder per class, `cat/001.jpg`, `dog/a/002.png`, as torchvision's: classes are
 * numbered in code-point order of their names (`'Z' < 'a'`), files come class by class in that order, those of folders
 * within a class after its own. What is no picture by its ending is passed over and counted in `notes`.
 *
 * @example
 * const trainSet = await ImageFolder.open('photos/train', { transform });
 * const testSet = await ImageFolder.open('photos/test', { transform, classes: trainSet.classes });
 */
export class ImageFolder extends FileImages {
  /** @throws DataError when there are no class folders, a class has no pictures or is not one of `classes` */
  static async open(root: string, ...given: [options?: FileDatasetOptions]): Promise<ImageFolder> {
    const { classes: expected, ...options } = readOptions(given);
    const folders = await PictureFolders.open(root);
    const found = folders.classes;
    const { classes, classToIdx, missing } = bindClasses(root, found, expected);
    if (classes.length === 1)
      throw new DataError(
        root,
        `one class, ${quoteAll(classes)}, at least 2 are required; put the pictures of each class into its own folder`,
      );
    const paths: string[] = [];
    const targets: number[] = [];
    for (const name of found)
      for (const path of await folders.pictures(name)) {
        paths.push(path);
        targets.push(classToIdx.get(name) ?? 0);
      }
    const names = paths.map((path) => relative(root, path).replaceAll('\\', '/'));
    const list = { paths, names, targets: Int32Array.from(targets), classes };
    const absent = missing.length === 0 ? [] : [`${root} has no pictures of ${quoteAll(missing)}`];
    const notes = [...absent, ...folders.notes];
    const transforms = StandardTransform.of('ImageFolder', options, classes);
    const store = await makeStore(paths, transforms.transform, options);
    return new ImageFolder(list, store, transforms, root, notes);
  }
}
