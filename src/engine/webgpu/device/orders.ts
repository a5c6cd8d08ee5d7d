/** What the engine tells whoever has the GPU: a thread, or code of the same one. Plain data, so that messages carry it. */
import type { DType, TypedArray } from '../../../core/dtype.js';
import { EngineError } from '../../../core/errors.js';
import type { Shape } from '../../../core/shape.js';

/** Where a value lies while a plan runs: an input or output of the plan, or memory of its own. */
export interface Place {
  readonly in: 'input' | 'output' | 'slot' | 'constant';
  readonly at: number;
}

/** A dispatch of shader `code` (an index), its bindings in order. */
export interface Dispatch {
  readonly do: 'dispatch';
  readonly code: number;
  readonly places: readonly Place[];
  readonly groups: readonly [number, number, number];
}

export interface Copy {
  readonly do: 'copy';
  readonly from: Place;
  readonly to: Place;
  readonly bytes: number;
}

/** An operand of an op that runs on the host. */
export interface HostOperand {
  readonly place: Place;
  readonly shape: Shape;
  readonly dtype: DType;
}

/** An op without a shader: its reference kernel runs on elements that are fetched, and its results go back. */
export interface HostCall {
  readonly do: 'host';
  readonly name: string;
  readonly attrs: object;
  readonly inputs: readonly HostOperand[];
  readonly outputs: readonly HostOperand[];
}

export type PlanStep = Dispatch | Copy | HostCall;

/** A value of the plan that the caller binds. */
export interface BoundType {
  readonly dtype: DType;
  readonly length: number;
}

export interface PlanOrder {
  /** Shaders, each once, with a name for people. */
  readonly codes: readonly { readonly name: string; readonly text: string }[];
  readonly steps: readonly PlanStep[];
  /** Bytes of each piece of memory that the plan keeps. */
  readonly slots: readonly number[];
  readonly constants: readonly { readonly dtype: DType; readonly data: TypedArray }[];
  readonly outputs: readonly BoundType[];
}

/** What is counted of the device's memory. */
export interface DeviceCounts {
  /** Buffers of the caller that live. */
  readonly buffers: number;
  readonly plans: number;
  /** Compiled shaders that wait for plans that need them. */
  readonly pipelines: number;
  /** Bytes of all buffers of the device, those that wait to be used again included. */
  readonly bytes: number;
}

/** By name; buffers and plans go by numbers that the engine gives. */
export interface Orders {
  prepare(plan: number, order: PlanOrder): void;
  /** Outputs that are not there yet are made. */
  run(plan: number, inputs: readonly number[], outputs: readonly number[]): void;
  write(buffer: number, dtype: DType, data: TypedArray): void;
  free(buffer: number): void;
  dispose(plan: number): void;
  /** Gives the device up, as if it had been lost. */
  destroy(): void;
}

/** What is asked, and answered in bytes: elements of a buffer, or JSON. */
export interface Questions {
  read(buffer: number, dtype: DType, length: number): Promise<Uint8Array>;
  counts(): Promise<Uint8Array>;
}

/** What is said to who asks for elements of an engine that has been stopped. */
export function stoppedError(): EngineError {
  return new EngineError('webgpu', 'the engine has been stopped; open another one');
}

/** The words at the start of an answer in shared memory: its state and its length in bytes. */
export const answerHeader = 8;
export const answered = { waiting: 0, right: 1, wrong: 2 } as const;
/** Room that every answer has at least, for what went wrong. */
export const answerRoom = 4096;
