// Builds the package: TypeScript by tsc, the WebAssembly kernels by AssemblyScript (only when their sources changed).
//
//   node scripts/build.mjs [--out DIR] [--only FAMILY,FAMILY]
//
// --out   where to build, default dist
// --only  compile only these files of kernels/ beside calls and copy (a kernel author's shortcut); other kernels then trap

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
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
  const { kernelFamilies, kernelTableHash } = await import(pathToFileURL(tablePath).href);
  const dispatch = dispatchSource(kernelFamilies, kernelTableHash);

  const hashPath = join(target, 'kernels.sha256');
  const hash = sourcesHash(dispatch);
  if (existsSync(hashPath) && readFileSync(hashPath, 'utf8') === hash) return true;

  mkdirSync(target, { recursive: true });
  for (const [name, features] of [
    ['relaxed', ['simd', 'threads', 'relaxed-simd']],
    ['simd', ['simd', 'threads']],
  ])
    if (!(await compileBuild(join(target, `kernels-${name}.wasm`), features, dispatch)))
      return false;
  writeFileSync(hashPath, hash);
  return true;
}

/** The AssemblyScript module that calls kernel `id` and exports every kernel by name. */
function dispatchSource(families, hash) {
  const only =
    options.only === undefined ? undefined : ['calls', 'copy', ...options.only.split(',')];
  const names = Object.values(families).flat();
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new Error(`kernel-table.ts: kernel '${twice}' is listed twice`);

  const imports = [];
  const cases = [];
  let id = 0;
  for (const [family, kernels] of Object.entries(families)) {
    const compiled = only?.includes(family) ?? true;
    if (compiled && kernels.length > 0) {
      imports.push(`import * as ${family.replaceAll('-', '_')} from './${family}';`);
      // An exported function is not inlined into the switch, where V8 would run out of registers.
      imports.push(`export { ${kernels.join(', ')} } from './${family}';`);
    }
    for (const kernel of kernels) {
      const call = `${family.replaceAll('-', '_')}.${kernel}(args, tid, threads)`;
      if (compiled) cases.push(`    case ${id}: ${call}; break;`);
      id++;
    }
  }
  return [
    ...imports,
    'export function call(id: i32, args: usize, tid: i32, threads: i32): void {',
    '  switch (id) {',
    ...cases,
    '    default: unreachable();',
    '  }',
    '}',
    `export function tableHash(): i32 { return ${hash}; }`,
    '',
  ].join('\n');
}

function sourcesHash(dispatch) {
  const hash = createHash('sha256').update(dispatch).update(tilesSource());
  const { version } = JSON.parse(readFileSync('node_modules/assemblyscript/package.json', 'utf8'));
  hash.update(version).update(readFileSync(fileURLToPath(import.meta.url)));
  for (const file of readdirSync(kernelFolder).sort())
    hash.update(file).update(readFileSync(join(kernelFolder, file)));
  return hash.digest('hex');
}

async function compileBuild(path, features, dispatch) {
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
      if (name.endsWith('kernels/dispatch.ts')) return dispatch;
      if (name.endsWith('kernels/gemm-tiles.ts')) return tilesSource();
      const file = resolve(root, name);
      return existsSync(file) ? readFileSync(file, 'utf8') : null;
    },
    writeFile: (name, contents) => writeFileSync(resolve(root, name), contents),
  });
  if (error)
    console.error(`${messages.toString()}\nasc: cannot compile ${kernelFolder}: ${error.message}`);
  return !error;
}
