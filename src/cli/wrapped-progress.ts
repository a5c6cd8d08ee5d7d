import { Progress } from '../train/progress.js';
import { printLine, wrapped } from './output.js';

/** The progress of a training whose notes keep to 80 columns, as all that the command line tells. */
export class WrappedProgress extends Progress {
  override onNote(text: string): void {
    this.clear();
    for (const line of wrapped(`note: ${text}`, 2)) printLine(line);
  }
}
