/** The program of the Worker of a page that learns. */
import { reasonOf, ValueError } from '../core/errors.js';
import '../ops/index.js';
import { learn } from './learn.js';
import type { LearnReply, LearnRequest } from './learn-protocol.js';

// The part of the browser's interface that is used here.
declare const self: {
  onmessage: (event: { readonly data: LearnRequest }) => void;
  postMessage(message: LearnReply): void;
};

self.onmessage = async ({ data }) => {
  try {
    const file = await learn(data, {
      onEpoch: (learned) => self.postMessage({ learned }),
      onStage: (stage) => self.postMessage({ stage }),
      onComputes: (computes) => self.postMessage({ computes }),
    });
    self.postMessage({ file });
  } catch (error) {
    self.postMessage({ error: error instanceof ValueError ? error.detail : reasonOf(error) });
  }
};
