/** A model as a folder of static files: any web server makes a page of it. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { assetPath } from '../core/asset-path.js';
import { DataError, ValueError } from '../core/errors.js';
import { systemReason } from '../core/system-reason.js';
import { removeLeftovers, writeFileAtomic } from '../io/atomic.js';
import { writeStaged } from '../io/staged-folder.js';
import { htmlText } from '../report/html.js';
import { withLanguage } from '../report/language/with-language.js';
import { onnxName } from '../vision/models/registry.js';
import type { ModelCard } from './model-card.js';
import { saveModelFile } from './model-file.js';
import { portableCard } from './portable-card.js';
import type { TrainedModel } from './trained-model.js';
import { webReadme } from './web-readme.js';

/** What the build has made for such folders (`scripts/bundle-pages.mjs`, `scripts/bundle-web.mjs`). */
const pageFiles = ['page.js', 'theme.css', 'wick.js', 'wick-worker.js', 'browser-helper.js'];
const kernelFiles = ['kernels-relaxed.wasm', 'kernels-simd.wasm'];

export interface WebOptions {
  /** The terms under which the model may be used. @default those that it has */
  readonly license: string | undefined;
  /** Whether there is a page, too, on which visitors teach the network classes of their own. */
  readonly learn: boolean;
}

/** The file by which a folder is known that may be written again. */
const mark = 'wick-worker.js';
/** What the page on which visitors teach adds; by the last, whose name is nobody else's, they are known to be there. */
const learnMark = 'wick-learn.js';
const learnFiles = ['learn.html', 'learn.js', learnMark];

/**
 * Writes the folder: the page, the model, what runs it in a Worker, licence and README, all of it or nothing.
 *
 * @throws DataError where `folder` holds other things or cannot be written, ValueError for a model that code of a recipe file belongs to, or whose network was an ONNX file
 */
export async function writeWebFolder(
  folder: string,
  trained: TrainedModel,
  { license, learn }: WebOptions,
): Promise<void> {
  const { card, source } = trained;
  if (card.code !== undefined)
    throw new ValueError(
      'exportRun',
      `${source.path} was trained by code in ${card.code.path}, which a page does not run; export it as onnx`,
    );
  if (card.architecture.name === onnxName)
    throw new ValueError(
      'exportRun',
      `${source.path} holds the network of an ONNX file, which a page does not run; export it as onnx`,
    );
  await removeLeftovers(folder);
  const there = await requireFree(folder);
  const described = await portableCard(trained, license);
  const former = there.includes(learnMark) ? learnFiles : [];
  await writeStaged(folder, { last: 'index.html', former }, (staging) =>
    writeFiles(staging, trained, described, learn),
  );
}

async function writeFiles(
  folder: string,
  { source, model }: TrainedModel,
  described: ModelCard,
  learn: boolean,
): Promise<void> {
  const put = (name: string, content: string | Uint8Array) =>
    writeFileAtomic(join(folder, name), content);
  await saveModelFile(join(folder, 'model.wick'), described, model.stateDict());
  for (const name of kernelFiles) await put(name, await built(`engine/wasm/${name}`));
  for (const name of pageFiles) await put(name, await built(`pages/web/${name}`));
  await put('LICENSE.txt', await readFile(assetPath('..', 'LICENSE')));
  await put('README.md', webReadme(source.name, described, learn));
  if (learn) {
    await put(learnMark, await built(`pages/web/${learnMark}`));
    await put('learn.js', await built('pages/learn/page.js'));
    await put('learn.html', withLanguage(String(await built('pages/learn/index.html'))));
  }
  const page = withLanguage(String(await built('pages/web/index.html')));
  await put(
    'index.html',
    page.replace('<title>wick<', () => `<title>${htmlText(source.name)}<`),
  );
}

function built(path: string): Promise<Buffer> {
  return readFile(new URL(`../${path}`, import.meta.url));
}

/** The names in `folder`, [] where it is not there. @throws DataError where others than an export's are among them alone */
async function requireFree(folder: string): Promise<string[]> {
  const there = await readdir(folder).catch((cause: NodeJS.ErrnoException): string[] => {
    if (cause.code === 'ENOENT') return [];
    if (cause.code === 'ENOTDIR')
      throw new DataError(folder, 'is a file, a folder is required', { cause });
    throw new DataError(folder, `cannot be read (${systemReason(cause)})`, { cause });
  });
  if (there.length === 0 || there.includes(mark)) return there;
  throw new DataError(
    folder,
    `holds ${there.length} other files already (${there.slice(0, 3).join(', ')}${there.length > 3 ? ', …' : ''}); name a folder that is empty or new`,
  );
}
