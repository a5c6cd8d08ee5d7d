import '../../src/engine/standard.js';
import { engineNames } from '../../src/engine/registry.js';
import { withoutNative } from './native/machine.js';

/** Why an engine cannot be tested on this machine; false where it can. */
export const absence: Readonly<Record<string, string | false>> = {
  native: withoutNative,
  webgpu:
    'a software adapter is slow: test/engine/webgpu has a short form, npm run verify:webgpu all of it',
};

/** The engines that this machine has. */
export const presentEngines = engineNames().filter((name) => (absence[name] ?? false) === false);
