/** Programs bundled for a browser as esbuild does it by default, with the package as it is built here. */
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const built = fileURLToPath(new URL('../../src/', import.meta.url));

export interface Bundle {
  readonly code: string;
  /** Bytes, packed by gzip. */
  readonly packed: number;
  /** The files of `src` that something of is left of. */
  readonly files: readonly string[];
}

/** Bundles a module that imports from 'wick/browser'. @throws for whatever a browser lacks, such as modules of Node */
export async function bundle(source: string): Promise<Bundle> {
  const { metafile, outputFiles } = await build({
    stdin: { contents: source, resolveDir: built },
    alias: { 'wick/browser': join(built, 'browser.js') },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    external: ['umap-js'], // asked for by those alone who draw maps
    metafile: true,
    write: false,
    outfile: join(built, 'bundle.js'),
    logLevel: 'silent',
  });
  const code = outputFiles[0]?.text ?? '';
  const [output] = Object.values(metafile.outputs);
  const files = Object.entries(output?.inputs ?? {})
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([file]) => file.replace(/^.*?dist[^/]*\/src\//, ''));
  return { code, packed: gzipSync(code, { level: 9 }).length, files };
}

/** Puts a page that runs a bundle into a folder, and what the engine loads. */
export async function putPage(folder: string, code: string): Promise<void> {
  await writeFile(
    join(folder, 'index.html'),
    '<link rel="icon" href="data:,"><script type="module" src="page.js"></script>',
  );
  await writeFile(join(folder, 'page.js'), code);
  await putEngine(folder);
}

/** Puts what the engine loads beside a bundle: the kernels, and the program of its helper threads. */
export async function putEngine(folder: string): Promise<void> {
  await build({
    entryPoints: [join(built, 'engine/pool/browser-helper.js')],
    bundle: true,
    format: 'esm',
    outdir: folder,
    logLevel: 'silent',
  });
  for (const name of ['kernels-relaxed.wasm', 'kernels-simd.wasm'])
    await copyFile(join(built, 'engine/wasm', name), join(folder, name));
}
