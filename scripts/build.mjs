// Builds the package: TypeScript by tsc, the WebAssembly kernels by AssemblyScript (only when their sources changed).
//
//   node scripts/build.mjs [--out DIR] [--only FAMILY,FAMILY]
//
// --out   where to build, default dist
// --only  compile only these files of kernels/ beside calls and copy (a kernel author's shortcut); other kernels then trap

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { kernelModules } from './generate-kernels.mjs';
import { tilesSource } from './generate-tiles.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const kernelFolder = 'src/engine/wasm/kernels';
const { values: options } = parseArgs({
  options: { out: { type: 'string', default: 'dist' }, only: { type: 'string' } },
});
const out = resolve(root, options.out);

process.chdir(root);
removeStale();
const typesOk = compileTypeScript();
const kernelsOk = await compileKernels();
process.exitCode = typesOk && kernelsOk ? 0 : 1;

function compileTypeScript() {
  const platformPackage = `@typescript/typescript-${process.platform}-${process.arch}`;
  if (!existsSync(join(root, 'node_modules', platformPackage))) {
    console.error(
      `build: the package ${platformPackage} is not installed, which is optional and the compiler needs; ` +
        'install without --omit=optional: npm install --include=optional',
    );
    return false;
  }
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const args = [tsc, '--outDir', out, '--tsBuildInfoFile', join(out, 'tsconfig.tsbuildinfo')];
  return spawnSync(process.execPath, args, { stdio: 'inherit' }).status === 0;
}

/** Deletes what tsc has made of sources that are gone: tests among them would still run. */
function removeStale() {
  if (!existsSync(out)) return;
  for (const file of readdirSync(out, { recursive: true })) {
    if (!file.endsWith('.js.map')) continue;
    const stem = file.slice(0, -'.js.map'.length);
    if (existsSync(`${stem}.ts`)) continue;
    for (const ending of ['.js', '.js.map', '.d.ts'])
      rmSync(join(out, stem + ending), { force: true });
  }
}

async function compileKernels() {
  const target = join(out, 'src/engine/wasm');
  const tablePath = join(target, 'kernel-table.js');
  if (!existsSync(tablePath)) return false; // tsc has said why.
  const table = await import(pathToFileURL(tablePath).href);
  const only =
    options.only === undefined ? undefined : ['calls', 'copy', ...options.only.split(',')];
  const generated = { ...kernelModules(table, only), 'gemm-tiles.ts': tilesSource() };

  const hashPath = join(target, 'kernels.sha256');
  const hash = sourcesHash(generated);
  if (existsSync(hashPath) && readFileSync(hashPath, 'utf8') === hash) return true;

  mkdirSync(target, { recursive: true });
  for (const [name, features] of [
    ['relaxed', ['simd', 'threads', 'relaxed-simd']],
    ['simd', ['simd', 'threads']],
  ])
    if (!(await compileBuild(join(target, `kernels-${name}.wasm`), features, generated)))
      return false;
  writeFileSync(hashPath, hash);
  return true;
}

function sourcesHash(generated) {
  const hash = createHash('sha256').update(Object.values(generated).join());
  const { version } = JSON.parse(readFileSync('node_modules/assemblyscript/package.json', 'utf8'));
  hash.update(version).update(readFileSync(fileURLToPath(import.meta.url)));
  for (const file of readdirSync(kernelFolder).sort())
    hash.update(file).update(readFileSync(join(kernelFolder, file)));
  return hash.digest('hex');
}

async function compileBuild(path, features, generated) {
  const { default: asc } = await import('assemblyscript/asc');
  const args = [`${kernelFolder}/main.ts`, '--outFile', path, '--baseDir', root];
  for (const feature of features) args.push('--enable', feature);
  args.push('--runtime', 'stub', '-O3', '--noAssert', '--use', 'abort=');
  args.push('--importMemory', '--noExportMemory', '--sharedMemory');
  args.push('--initialMemory', '2', '--maximumMemory', '65536', '--memoryBase', '65536');
  const messages = asc.createMemoryStream();
  const { error } = await asc.main(args, {
    stdout: messages,
    stderr: messages,
    readFile: (name) => {
      const made = name.startsWith(`${kernelFolder}/`) && generated[basename(name)];
      if (made) return made;
      const file = resolve(root, name);
      return existsSync(file) ? readFileSync(file, 'utf8') : null;
    },
    writeFile: (name, contents) => writeFileSync(resolve(root, name), contents),
  });
  if (error)
    console.error(`${messages.toString()}\nasc: cannot compile ${kernelFolder}: ${error.message}`);
  return !error;
}
