// A page built by a bundler from the packed package, opened in Chromium: it must find kernels and helper threads, and answer as Node.

import { accessSync, constants, copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { delimiter, extname, join } from 'node:path';

const types = { '.html': 'text/html', '.js': 'text/javascript' };

const page = `import { Classifier, engineReport } from 'wick/browser';
globalThis.answer = async () => {
  const model = await Classifier.load('model.wick');
  const answer = await model.predict(new ImageData(new Uint8ClampedArray(28 * 28 * 4).map((_, i) => (i * 7) % 256), 28));
  return { ...engineReport(), answer };
};
`;

/** A program for Node that tells the probabilities of the same picture. */
export const nodeAnswer = `import { Image } from 'wick/vision';
import { runs, tensor } from 'wick';
const trained = await runs.TrainedModel.load('model.wick');
const grey = new Uint8Array(28 * 28);
for (let p = 0; p < 784; p++) {
  const [r, g, b] = [0, 1, 2].map((c) => ((4 * p + c) * 7) % 256);
  grey[p] = (r * 19595 + g * 38470 + b * 7471 + 0x8000) >> 16;
}
const input = trained.transform.apply(new Image(28, 28, 1, grey));
const probabilities = await trained.probabilities(tensor(input.data).reshape([1, ...input.shape]));
console.log(JSON.stringify([...probabilities.data]));
`;

/** Writes the page's sources into a project. */
export function writePage(project) {
  writeFileSync(
    join(project, 'index.html'),
    '<!doctype html><link rel="icon" href="data:,"><script type="module" src="page.js"></script>\n',
  );
  writeFileSync(join(project, 'page.js'), page);
}

/** What Vite does with it, in its default settings. */
export function buildWithVite(project, tools, run) {
  const vite = join(tools, 'vite/bin/vite.js');
  run(process.execPath, [vite, 'build', '--base', './', '--outDir', 'vite', '--logLevel', 'warn']);
  copyFileSync(join(project, 'model.wick'), join(project, 'vite/model.wick'));
  return join(project, 'vite');
}

/** What esbuild does with it, and what docs/browser.md says to put beside the bundle. */
export async function buildWithEsbuild(project, wick) {
  const { build } = await import('esbuild');
  const out = join(project, 'esbuild');
  const options = { bundle: true, format: 'esm', minify: true, absWorkingDir: project };
  await build({ ...options, entryPoints: ['page.js'], outdir: out });
  const helper = join(wick, 'dist/src/engine/pool/browser-helper.js');
  await build({ ...options, entryPoints: [helper], outdir: out });
  for (const file of ['kernels-relaxed.wasm', 'kernels-simd.wasm'])
    copyFileSync(join(wick, 'dist/src/engine/wasm', file), join(out, file));
  for (const file of ['index.html', 'model.wick'])
    copyFileSync(join(project, file), join(out, file));
  return out;
}

/** Opens a built page, isolated and not, and compares what it answers. @throws where it does not */
export async function tryPage(name, folder, expected) {
  const executablePath = findChromium();
  if (executablePath === undefined) return `${name}: built; not opened, as there is no Chromium`;
  const { chromium } = await import('playwright-core');
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  const told = [];
  try {
    for (const isolated of [false, true]) {
      const server = await serve(folder, isolated);
      const tab = await browser.newPage();
      const wrong = [];
      tab.on('console', (message) => message.type() === 'error' && wrong.push(message.text()));
      tab.on('pageerror', (error) => wrong.push(String(error)));
      await tab.goto(`http://127.0.0.1:${server.address().port}/`);
      const { engine, threads, answer } = await tab.evaluate('answer()');
      const cpus = await tab.evaluate('navigator.hardwareConcurrency');
      server.close();
      const most = Math.max(
        ...answer.map((one) => Math.abs(one.probability - expected[one.label])),
      );
      if (
        engine !== 'wasm' ||
        threads !== (isolated ? cpus : 1) ||
        !(most < 1e-5) ||
        wrong.length > 0
      )
        throw new Error(`${name}: ${JSON.stringify({ isolated, engine, threads, most, wrong })}`);
      told.push(`${threads} thread${threads === 1 ? '' : 's'}, |Δp| ≤ ${most.toExponential(0)}`);
    }
  } finally {
    await browser.close();
  }
  return `${name}: ${told.join('; ')}`;
}

function serve(folder, isolated) {
  const server = createServer((request, response) => {
    if (isolated) {
      response.setHeader('cross-origin-opener-policy', 'same-origin');
      response.setHeader('cross-origin-embedder-policy', 'require-corp');
    }
    const { pathname } = new URL(request.url, 'http://localhost');
    const path = pathname === '/' ? '/index.html' : pathname;
    response.setHeader('content-type', types[extname(path)] ?? 'application/octet-stream');
    try {
      response.end(readFileSync(join(folder, path)));
    } catch {
      response.statusCode = 404;
      response.end();
    }
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

function findChromium() {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  const folders = (process.env.PATH ?? '').split(delimiter);
  const all = folders.flatMap((folder) => names.map((name) => join(folder, name)));
  return [process.env.WICK_CHROMIUM ?? '', ...all].find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return path !== '';
    } catch {
      return false;
    }
  });
}
