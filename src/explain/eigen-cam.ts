import { optionReader } from '../core/options.js';
import type { Module } from '../nn/module.js';
import { fromArray } from '../tensor/creation.js';
import { readElements } from '../tensor/execute.js';
import type { Tensor } from '../tensor/tensor.js';
import { CamMethod, type CamOptions, camOptionNames, type Seen } from './cam.js';
import { principalComponents } from './principal-components.js';

const readOptions = optionReader<CamOptions>('EigenCAM', camOptionNames);

/**
 * The first principal component of a layer's maps: what stands out in the picture, whatever the class (Muhammad and Yeasin,
 * 2020, https://arxiv.org/abs/2008.00299). Maps are centred, as pytorch-grad-cam does. A component has no sign of its own:
 * it gets the one by which it grows with the mean of the maps. It is computed on the CPU, in doubles.
 */
export class EigenCAM extends CamMethod {
  constructor(model: Module, ...given: [options?: CamOptions]) {
    super(model, given, readOptions);
  }

  protected override get readsMaps(): boolean {
    return true;
  }

  protected override combine({ maps }: Seen): Tensor {
    const [n = 0, channels = 0, h = 0, w = 0] = maps.shape;
    const places = h * w;
    const result = new Float32Array(n * places);
    const data = readElements(maps, 'EigenCAM');
    for (let i = 0; i < n; i++) {
      const own = data.subarray(i * channels * places, (i + 1) * channels * places);
      const at = (place: number, channel: number) => own[channel * places + place] as number;
      const { scores, centered } = principalComponents(places, channels, at, 1);
      let along = 0;
      for (let p = 0; p < places; p++)
        for (let c = 0; c < channels; c++)
          along += (scores[p] as number) * (centered[p * channels + c] as number);
      for (let p = 0; p < places; p++)
        result[i * places + p] = along < 0 ? -(scores[p] as number) : (scores[p] as number);
    }
    return fromArray(result, [n, h, w]);
  }
}
