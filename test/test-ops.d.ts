import type { NoAttrs } from '../src/graph/attrs/no-attrs.js';

/** Ops that tests define. */
declare module '../src/graph/op-attrs.js' {
  interface OpAttrs {
    'test.addOne': NoAttrs;
    'test.both': NoAttrs;
    'test.identity': NoAttrs;
    'test.wrongSquare': NoAttrs;
  }
}

/** Nodes that their passes make. */
declare module '../src/engine/compiler/node-attrs.js' {
  interface FusedAttrs {
    decay: NoAttrs;
  }
}
