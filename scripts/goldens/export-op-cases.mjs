// Prints the op cases of a build as JSON, inputs included, for ops.py:  node export-op-cases.mjs FOLDER
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const folder = pathToFileURL(`${resolve(process.argv[2] ?? 'dist')}/`);
await import(new URL('src/ops/index.js', folder));
const { families } = await import(new URL('test/ops/cases.js', folder));
const { inputValues, wantsGrad } = await import(new URL('test/ops/op-case.js', folder));

const exported = {};
for (const [family, cases] of Object.entries(families))
  exported[family] = cases
    .filter((opCase) => opCase.torch !== undefined)
    .map((opCase) => ({
      name: opCase.name,
      torch: opCase.torch,
      inputs: opCase.inputs.map((spec, place) => {
        const { buffer } = inputValues(opCase.name, spec, place);
        return {
          shape: spec.shape,
          dtype: spec.dtype ?? 'float32',
          grad: wantsGrad(opCase, spec),
          data: Buffer.from(buffer).toString('base64'),
        };
      }),
    }));
process.stdout.write(JSON.stringify(exported));
