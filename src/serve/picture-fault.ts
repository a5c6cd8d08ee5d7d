import { DataError, ShapeError, ValueError, type WickError } from '../core/errors.js';
import { withoutRemedy } from '../core/without-remedy.js';
import { HttpError } from './shell/http-error.js';

/** Pictures that cannot be read are the request's fault; their errors name nothing of this machine. @throws what is another's fault */
export function pictureFault(error: unknown): HttpError {
  if (error instanceof HttpError) return error;
  const ofPicture = [DataError, ShapeError, ValueError].some((kind) => error instanceof kind);
  if (!ofPicture) throw error;
  return new HttpError(422, withoutRemedy((error as WickError).detail)); // each is one
}
