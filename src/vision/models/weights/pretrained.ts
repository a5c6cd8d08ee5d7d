/**
 * How a constructor comes by trained weights. Reading files is Node's matter, and constructors run in browsers too: so the
 * reader (`load-pretrained.ts`) registers itself where it is loaded, and nothing here imports it.
 */
import { ValueError } from '../../../core/errors.js';
import type { Module } from '../../../nn/module.js';
import type { DownloadProgress } from '../../datasets/download/download-progress.js';
import type { Weights } from './weights.js';

/** Weights as they may be named: an entry of the table, its name, or the path of a file. */
export type WeightsChoice =
  | Weights
  | 'imagenet1k'
  | 'DEFAULT'
  | 'IMAGENET1K_V1'
  | 'IMAGENET1K_V2'
  | (string & {});

/** Whether a choice is the path of a file. */
export function isWeightsFile(choice: string): boolean {
  return /[\\/]|\.(pth|pt|th|bin|safetensors|npz|wick|onnx)$/.test(choice);
}

export interface FindOptions {
  /** Fetch published weights that are nowhere. @default true */
  readonly download?: boolean;
  /** Called with every piece that arrives. @default a line on the terminal, if there is one */
  readonly onProgress?: (progress: DownloadProgress) => void;
}

export interface PretrainedRequest<M extends Module> extends FindOptions {
  readonly architecture: string;
  /** The network, for so many classes. */
  readonly make: (numClasses: number) => M;
  readonly weights: WeightsChoice;
  /** Where it differs from that of the weights, the head is a fresh one. */
  readonly numClasses?: number;
}

type Reader = <M extends Module>(request: PretrainedRequest<M>) => Promise<M>;

let reader: Reader | null = null;

export function registerReader(read: Reader): void {
  reader = read;
}

/** The network with its weights. */
export async function pretrained<M extends Module>(request: PretrainedRequest<M>): Promise<M> {
  if (reader !== null) return await reader(request);
  throw new ValueError(
    request.architecture,
    'weights are read from files, which browsers do not have; fetch a state dict and call model.loadStateDict(state)',
  );
}
