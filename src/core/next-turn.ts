// The part of the browser's interface that is used here.
declare class MessageChannel {
  readonly port1: { onmessage: () => void; close(): void };
  readonly port2: { postMessage(message: null): void };
}

/**
 * Resolves when timers, messages and signals have had their turn: by `setImmediate` in Node, and in a browser by a message to
 * itself, since a browser makes timers in a row wait 4 ms each.
 */
export function nextTurn(): Promise<void> {
  if (typeof setImmediate === 'function') return new Promise((resolve) => setImmediate(resolve));
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
