// Compiles scripts/vision-kernels/*.ts (AssemblyScript) into TypeScript files that hold the modules in base64, so that
// the pictures' kernels load without a file system and without a step in the build.
//
//   node scripts/make-vision-kernels.mjs
//
// A test compares the hash of the sources in each file with the sources.

import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const targets = {
  pixels: 'src/vision/pixels/kernels.ts',
};

for (const [name, target] of Object.entries(targets)) {
  const source = readFileSync(`scripts/vision-kernels/${name}.ts`, 'utf8');
  let binary;
  const args = [`${name}.ts`, '--outFile', 'out.wasm', '--enable', 'simd', '--runtime', 'stub'];
  args.push('-O3', '--converge', '--noAssert', '--use', 'abort=');
  const { error, stderr } = await asc.main(args, {
    // As a comment, because only AssemblyScript knows decorators of functions.
    readFile: (file) => (file === `${name}.ts` ? source.replaceAll('// @inline', '@inline') : null),
    writeFile: (_, contents) => {
      binary = contents;
    },
  });
  if (error) throw new Error(`${stderr}`, { cause: error });
  const hash = createHash('sha256').update(source).digest('hex');
  writeFileSync(
    target,
    `/** Made by scripts/make-vision-kernels.mjs from scripts/vision-kernels/${name}.ts; do not edit. */\n` +
      `export const sourceSha256 = '${hash}';\n\n` +
      `/** The module in base64. */\nexport const moduleBase64 =\n  '${Buffer.from(binary).toString('base64')}';\n`,
  );
  console.log(`${target}: ${binary.length} bytes`);
}
