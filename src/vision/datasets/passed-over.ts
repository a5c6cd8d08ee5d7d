import { extname } from 'node:path';
import { counted } from '../../core/counted.js';
import { printable } from '../../core/outside-text.js';
import { byCodePoint } from './code-points.js';

/** Why something in a folder of pictures is no sample. */
type Reason = 'file' | 'beside' | 'link' | 'special';

/** Counts what is passed over in a folder of pictures, so that nothing is dropped without a word. */
export class PassedOver {
  private readonly counts = new Map<Reason, number>();
  private readonly endings = new Map<string, number>();

  constructor(private readonly root: string) {}

  count(reason: Reason, path: string): void {
    this.counts.set(reason, this.of(reason) + 1);
    if (reason !== 'file') return;
    const ending = extname(path).toLowerCase() || 'without ending';
    this.endings.set(ending, (this.endings.get(ending) ?? 0) + 1);
  }

  /** How many in all. */
  get total(): number {
    return [...this.counts.values()].reduce((a, b) => a + b, 0);
  }

  /** Files by ending, the most frequent first: `12 .heic, 2 .txt`. */
  toString(): string {
    const sorted = [...this.endings].sort(([x, a], [y, b]) => b - a || byCodePoint(x, y));
    const shown = sorted.slice(0, 10).map(([ending, count]) => `${count} ${printable(ending)}`);
    return sorted.length > 10 ? `${shown.join(', ')}, …` : shown.join(', ');
  }

  /** A line for each reason. */
  get notes(): readonly string[] {
    const heic = ['.heic', '.heif', '.hif'].some((ending) => this.endings.has(ending));
    const lines: Readonly<Record<Reason, string>> = {
      file: `${counted(this.of('file'), 'file')} passed over, of formats that are not read: ${this}${heic ? '; convert HEIC to JPEG' : ''}`,
      beside: `${counted(this.of('beside'), 'picture')} passed over, beside the class folders instead of in one`,
      link: `${counted(this.of('link'), 'link')} passed over, to folders that are read already`,
      special: `${counted(this.of('special'), 'entry', 'entries')} passed over, neither file nor folder, or a link to nothing`,
    };
    const reasons: readonly Reason[] = ['file', 'beside', 'link', 'special'];
    return reasons
      .filter((reason) => this.of(reason) > 0)
      .map((reason) => `${this.root}: ${lines[reason]}`);
  }

  private of(reason: Reason): number {
    return this.counts.get(reason) ?? 0;
  }
}
