/** The models that are served, by name; each is loaded anew when its files have changed, while the old one answers. */
import { stat } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { ValueError } from '../core/errors.js';
import { quote } from '../core/outside-text.js';
import { ServedModel, type ServedModelOptions } from './served-model.js';

export interface ModelsOptions extends ServedModelOptions {
  /** Told when a model has been loaded anew, or could not be: the old one then answers on. */
  readonly onReload?: (name: string, error: unknown) => void;
}

interface Entry {
  readonly name: string;
  readonly path: string;
  model: ServedModel;
  /** Its files when they were looked at last. */
  files: string;
}

export class Models {
  private reloading: Promise<void> = Promise.resolve();

  private constructor(
    private readonly entries: readonly Entry[],
    private readonly options: ModelsOptions,
  ) {}

  /** Loads runs and model files. @throws ValueError where two are called alike; DataError or CheckpointError for what is none */
  static async load(paths: readonly string[], options: ModelsOptions = {}): Promise<Models> {
    const entries: Entry[] = [];
    for (const path of paths) {
      const name = basename(resolve(path), extname(path) === '.wick' ? '.wick' : '');
      const other = entries.find((entry) => entry.name === name);
      if (other !== undefined) {
        const remedy =
          resolve(other.path) === resolve(path) ? 'give it once' : 'rename one of them';
        throw new ValueError(
          'serve',
          `${quote(other.path)} and ${quote(path)} are both called ${quote(name)}; ${remedy}`,
        );
      }
      const files = await filesOf(path);
      entries.push({ name, path, files, model: await ServedModel.load(name, path, options) });
    }
    return new Models(entries, options);
  }

  get all(): readonly ServedModel[] {
    return this.entries.map(({ model }) => model);
  }

  /** The model of that name, or the first where none is named; undefined where there is none. */
  find(name: string | null): ServedModel | undefined {
    return name === null ? this.all[0] : this.all.find((model) => model.name === name);
  }

  /** Loads anew, one after the other, those whose files have changed, or all. Requests that have begun end with the model they have. */
  reload(which: 'changed' | 'all'): Promise<void> {
    this.reloading = this.reloading.then(async () => {
      for (const entry of this.entries) await this.reloadOne(entry, which);
    });
    return this.reloading;
  }

  private async reloadOne(entry: Entry, which: 'changed' | 'all'): Promise<void> {
    const { name, path } = entry;
    const files = await filesOf(path);
    if (files === entry.files && which === 'changed') return;
    entry.files = files;
    try {
      entry.model = await ServedModel.load(name, path, this.options);
      this.options.onReload?.(name, null);
    } catch (error) {
      this.options.onReload?.(name, error);
    }
  }
}

/** What tells the files of a model from later ones: which they are, how large, and when they were written. */
async function filesOf(path: string): Promise<string> {
  const parts = ['', 'model.json', 'checkpoints/best.safetensors', 'checkpoints/last.safetensors'];
  const seen = await Promise.all(
    parts.map(async (part) => {
      const status = await stat(join(path, part), { bigint: true }).catch(() => null);
      if (status === null || status.isDirectory()) return '-';
      return `${status.ino} ${status.size} ${status.mtimeNs}`;
    }),
  );
  return seen.join();
}
