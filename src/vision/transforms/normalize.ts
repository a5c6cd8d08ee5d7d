import { ShapeError, ValueError } from '../../core/errors.js';
import { show } from '../../core/outside-text.js';
import { type FloatImage, floatImage } from '../image.js';
import { normalizedTable, type PlaneTable } from '../pixels/planes.js';
import { isList } from './arguments.js';
import { limits, type Range } from './limits.js';
import { literal, printCall } from './print.js';
import { TensorTransform, type TransformJson } from './transform.js';

/**
 * (x − mean) / std for each channel. One number, or a list of one, serves all channels.
 *
 * @example new Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
 */
export class Normalize extends TensorTransform {
  readonly mean: readonly number[];
  readonly std: readonly number[];

  constructor(mean: number | readonly number[], std: number | readonly number[]) {
    super();
    this.mean = listOf('mean', mean, limits.value);
    this.std = listOf('std', std, limits.divisor);
  }

  protected run(image: FloatImage): FloatImage {
    const [channels, height, width] = image.shape;
    const mean = this.perChannel('mean', this.mean, channels);
    const std = this.perChannel('std', this.std, channels);
    const plane = height * width;
    const out = new Float32Array(image.data.length);
    for (let c = 0; c < channels; c++) {
      const m = mean[c] as number;
      const s = std[c] as number;
      const end = (c + 1) * plane;
      for (let i = c * plane; i < end; i++) out[i] = Math.fround((image.data[i] as number) - m) / s;
    }
    return floatImage(channels, height, width, out);
  }

  mapTable(table: PlaneTable): PlaneTable {
    const channels = table.length / 256;
    return normalizedTable(
      table,
      this.perChannel('mean', this.mean, channels),
      this.perChannel('std', this.std, channels),
    );
  }

  private perChannel(name: string, values: readonly number[], channels: number): Float32Array {
    if (values.length === 1) return new Float32Array(channels).fill(values[0] ?? 0);
    if (values.length !== channels)
      throw new ShapeError(
        'Normalize',
        `${name}=${show(values)} has ${values.length} values, but the image has ${channels} channels`,
      );
    return Float32Array.from(values);
  }

  toJSON(): TransformJson {
    return { name: 'Normalize', mean: this.mean, std: this.std };
  }

  override toString(): string {
    return printCall('Normalize', { mean: literal(this.mean), std: literal(this.std) });
  }
}

function listOf(name: string, value: number | readonly number[], range: Range): readonly number[] {
  const list = typeof value === 'number' ? [value] : value;
  if (isList(list, range)) return list;
  throw new ValueError(
    'Normalize',
    `${name}=${show(value)} must be a number from ${range[0]} to ${range[1]}, or a list of them, one per channel`,
  );
}
