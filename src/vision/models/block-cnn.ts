import { optionReader } from '../../core/options.js';
import { ReLU } from '../../nn/activations.js';
import { BatchNorm2d } from '../../nn/batch-norm.js';
import { Sequential } from '../../nn/containers.js';
import { Conv2d } from '../../nn/conv.js';
import { Linear } from '../../nn/linear.js';
import { Module } from '../../nn/module.js';
import { MaxPool2d } from '../../nn/pooling.js';
import type { Tensor } from '../../tensor/tensor.js';
import { type ClassifierOptions, requireImageSize } from './classifier-options.js';

export interface BlockCNNOptions extends ClassifierOptions {
  /** How many blocks there are. @default 2 */
  blocks?: 2 | 3 | 4;
}

const readOptions = optionReader<BlockCNNOptions>('BlockCNN', {
  blocks: true,
  numClasses: true,
  inChannels: true,
  imageSize: true,
});

const readClassifier = optionReader<ClassifierOptions>('blockCnn', {
  numClasses: true,
  inChannels: true,
  imageSize: true,
});

/**
 * Two to four blocks of a 5×5 convolution, batch norm, ReLU and pooling, of 16, 32, 64, 128 channels: `[N, C, S, S]` → logits
 * `[N, K]`; 3×32×32 by itself.
 */
export class BlockCNN extends Module {
  readonly conv1: Sequential; // [N, 16, S / 2, S / 2]
  readonly conv2 = block(16, 32);
  readonly conv3: Sequential | null;
  readonly conv4: Sequential | null;
  fc: Linear; // replaced by those who fine-tune

  constructor(...given: [options?: BlockCNNOptions]) {
    super();
    const { blocks = 2, numClasses = 10, inChannels = 3, imageSize = 32 } = readOptions(given);
    requireImageSize('BlockCNN', imageSize, 2 ** blocks);
    const side = Math.floor(imageSize / 2 ** blocks);
    this.conv1 = block(inChannels, 16);
    this.conv3 = blocks >= 3 ? block(32, 64) : null;
    this.conv4 = blocks >= 4 ? block(64, 128) : null;
    this.fc = new Linear(8 * 2 ** blocks * side ** 2, numClasses);
  }

  override forward(x: Tensor): Tensor {
    let y = this.conv2(this.conv1(x));
    y = this.conv3?.(y) ?? y;
    y = this.conv4?.(y) ?? y;
    return this.fc(y.flatten(1));
  }
}

function block(inChannels: number, outChannels: number): Sequential {
  return new Sequential(
    new Conv2d(inChannels, outChannels, 5, { padding: 2 }),
    new BatchNorm2d(outChannels),
    new ReLU(),
    new MaxPool2d(2),
  );
}

/** Two blocks, 34,634 parameters for 3×32×32 and 10 classes. */
export function blockCnn2(...given: [options?: ClassifierOptions]): BlockCNN {
  return new BlockCNN({ ...readClassifier(given, 'blockCnn2'), blocks: 2 });
}

/** Three blocks, 75,786 parameters for 3×32×32 and 10 classes. */
export function blockCnn3(...given: [options?: ClassifierOptions]): BlockCNN {
  return new BlockCNN({ ...readClassifier(given, 'blockCnn3'), blocks: 3 });
}

/** Four blocks, 275,850 parameters for 3×32×32 and 10 classes. */
export function blockCnn4(...given: [options?: ClassifierOptions]): BlockCNN {
  return new BlockCNN({ ...readClassifier(given, 'blockCnn4'), blocks: 4 });
}
