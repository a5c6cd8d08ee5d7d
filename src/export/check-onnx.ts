/** Whether an ONNX file computes what the model does: both are asked about the same images. */
import { reasonOf, ValueError } from '../core/errors.js';
import { formatShape } from '../core/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import type { OnnxRuntime, RuntimeSession } from './onnxruntime.js';

export interface OnnxCheck {
  /** How many were compared. */
  readonly images: number;
  /** The largest difference of a logit. */
  readonly maxDifference: number;
  /** What was allowed: 1e-4, or as much of the largest logit where that is above 1. */
  readonly tolerance: number;
  /** The version of onnxruntime that ran the file. */
  readonly runtime: string;
}

/** Differences of single logits, as a share of the largest one. */
const relativeTolerance = 1e-4;

/** At a time: one alone, so that the size of the batch is seen to be free, then as many. */
const batchSize = 16;

/**
 * Runs `file` in onnxruntime on `images` `[M, C, H, W]`.
 *
 * @throws ValueError where logits differ by more than is allowed, or another class wins
 */
export async function checkOnnx(
  runtime: OnnxRuntime,
  file: Uint8Array,
  classify: (images: Tensor) => Tensor,
  images: Tensor,
): Promise<OnnxCheck> {
  const session = await open(runtime, file);
  const count = images.size(0);
  const pairs: LogitPair[] = [];
  try {
    for (let from = 0; from < count; ) {
      const size = from === 0 ? 1 : Math.min(batchSize, count - from);
      const batch = images.narrow(0, from, size);
      const wanted = classify(batch);
      const given = await run(runtime, session, batch);
      if (formatShape(given.dims) !== formatShape(wanted.shape))
        throw differs(
          `gives ${formatShape(given.dims)} for ${size} images, ${formatShape(wanted.shape)} is required`,
        );
      const logits = await wanted.dataAsync();
      const classes = wanted.size(1);
      for (let k = 0; k < size; k++) {
        const row = (list: ArrayLike<number>) =>
          Array.from({ length: classes }, (_, c) => list[k * classes + c] ?? Number.NaN);
        pairs.push({ wanted: row(logits), given: row(given.data as Float32Array) }); // the output's type in the file
      }
      from += size;
    }
  } finally {
    await session.release();
  }
  return { ...compare(pairs), images: count, runtime: runtime.env.versions.common };
}

/** The logits of one image, of the model and of the file. */
interface LogitPair {
  readonly wanted: readonly number[];
  readonly given: readonly number[];
}

function compare(pairs: readonly LogitPair[]): Pick<OnnxCheck, 'maxDifference' | 'tolerance'> {
  const scale = Math.max(...pairs.map(({ wanted }) => Math.max(...wanted.map(Math.abs))));
  const tolerance = relativeTolerance * Math.max(1, scale);
  let maxDifference = 0;
  pairs.forEach(({ wanted, given }, image) => {
    const difference = Math.max(...wanted.map((x, k) => Math.abs(x - (given[k] ?? Number.NaN))));
    if (!(difference <= tolerance))
      throw differs(
        `differs from the model by ${difference.toExponential(1)} in a logit of image ${image}, at most ${tolerance.toExponential(1)} is allowed`,
      );
    maxDifference = Math.max(maxDifference, difference);
    const [best, other] = [wanted, given].map(indexOfMax);
    const gap = Math.abs((wanted[best ?? 0] ?? 0) - (wanted[other ?? 0] ?? 0));
    // Where the model itself hardly tells two classes apart, rounding decides.
    if (best !== other && gap > tolerance)
      throw differs(`says class ${other} of image ${image}, the model class ${best}`);
  });
  return { maxDifference, tolerance };
}

function indexOfMax(values: readonly number[]): number {
  return values.indexOf(Math.max(...values));
}

async function open(runtime: OnnxRuntime, file: Uint8Array): Promise<RuntimeSession> {
  try {
    return await runtime.InferenceSession.create(file, { logSeverityLevel: 3 });
  } catch (cause) {
    throw differs(`does not load there (${reasonOf(cause)})`, cause);
  }
}

async function run(runtime: OnnxRuntime, session: RuntimeSession, batch: Tensor) {
  const [input = ''] = session.inputNames;
  const data = Float32Array.from(await batch.dataAsync());
  const feeds = { [input]: new runtime.Tensor('float32', data, batch.shape) };
  const outputs = await session.run(feeds).catch((cause: unknown) => {
    throw differs(`does not run there (${reasonOf(cause)})`, cause);
  });
  const output = outputs[session.outputNames[0] ?? ''];
  if (output === undefined) throw differs('gives no output');
  return output;
}

function differs(how: string, cause?: unknown): ValueError {
  return new ValueError(
    'exportOnnx',
    `the file, run in onnxruntime, ${how}; nothing was written. Please report this network`,
    { cause },
  );
}
