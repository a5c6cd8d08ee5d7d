/** The one file that knows onnxruntime-node, which runs ONNX files; it is used where it is installed. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { EngineError, reasonOf } from '../core/errors.js';

/** As much of its interface as is used here. */
export interface OnnxRuntime {
  readonly env: { readonly versions: { readonly common: string } };
  readonly Tensor: new (
    type: 'float32',
    data: Float32Array,
    dims: readonly number[],
  ) => RuntimeTensor;
  readonly InferenceSession: {
    create(model: Uint8Array, options: object): Promise<RuntimeSession>;
  };
}

export interface RuntimeTensor {
  readonly data: unknown;
  readonly dims: readonly number[];
}

export interface RuntimeSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(feeds: Readonly<Record<string, RuntimeTensor>>): Promise<Record<string, RuntimeTensor>>;
  release(): Promise<void>;
}

const packageName = 'onnxruntime-node';

/** How to get it, for messages. */
export const installRuntime = `npm install ${packageName}`;

/** The package beside wick, or else in the folder where the process was started; null where it is not installed. */
export async function findOnnxRuntime(): Promise<OnnxRuntime | null> {
  for (const from of [import.meta.url, join(process.cwd(), 'package.json')]) {
    const path = resolveFrom(from);
    if (path === null) continue;
    try {
      const module = (await import(pathToFileURL(path).href)) as { default: OnnxRuntime };
      return module.default; // CommonJS
    } catch (cause) {
      throw new EngineError(
        packageName,
        `the package at ${path} cannot be loaded (${reasonOf(cause)}); install it anew: ${installRuntime}`,
        { cause },
      );
    }
  }
  return null;
}

function resolveFrom(from: string): string | null {
  try {
    return createRequire(from).resolve(packageName);
  } catch {
    return null;
  }
}
