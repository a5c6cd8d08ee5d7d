/** Makes the error that says why a file is not read. */
export type OnnxFailure = (detail: string, cause?: unknown) => Error;
