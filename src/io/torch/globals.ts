/** What the pickles of PyTorch may ask for: tensors, and the plain things that people keep beside them. Classes of modules are not among it. */

import type { EncodingName } from '../elements.js';
import type { PickleGlobal, PickleGlobals } from '../pickle/globals.js';
import { GlobalReference } from '../pickle/globals.js';
import { numpyGlobals } from '../pickle/numpy.js';
import { dtypeEncodings, storageEncodings } from './storage-types.js';
import type { TensorBuilder } from './tensor-builder.js';

const named: PickleGlobal = {};

/** A list of arguments as its own value: a size, a device, a path. */
const tupleOfArguments: PickleGlobal = { construct: (args) => args };
const firstArgument: PickleGlobal = { construct: ([value]) => value };

/** An object of whose state only the fields are wanted, as a `Map`. */
const fields: PickleGlobal = {
  construct: () => new Map<unknown, unknown>(),
  setState: (object, state) => {
    if (!(object instanceof Map) || !(state instanceof Map)) throw new TypeError('bad state');
    for (const [key, value] of state) object.set(key, value);
  },
};

/** The allow-list of a file whose tensors `builder` makes. */
export function torchGlobals(builder: TensorBuilder): PickleGlobals {
  const rebuild: PickleGlobal = {
    construct: ([storage, offset, size, stride]) => builder.build(storage, offset, size, stride),
  };
  const rebuildTyped: PickleGlobal = {
    construct: ([storage, offset, size, stride, , , dtype]) =>
      builder.build(storage, offset, size, stride, encodingOf(dtype)),
  };
  const rebuildSubclass: PickleGlobal = {
    construct: ([make, , args]) => {
      if (!(make instanceof GlobalReference) || !Array.isArray(args))
        throw new TypeError('no maker');
      return make.global.construct?.(args);
    },
  };
  return {
    ...numpyGlobals,
    ...Object.fromEntries(
      [...storageEncodings.keys(), ...dtypeEncodings.keys()].map((name) => [name, named]),
    ),
    'torch.storage UntypedStorage': named,
    'torch._utils _rebuild_tensor': rebuild,
    'torch._utils _rebuild_tensor_v2': rebuild,
    'torch._utils _rebuild_tensor_v3': rebuildTyped,
    'torch._utils _rebuild_parameter': firstArgument,
    'torch._utils _rebuild_parameter_with_state': firstArgument,
    'torch._tensor _rebuild_from_type_v2': rebuildSubclass,
    'torch.nn.parameter Parameter': named,
    'torch Tensor': named,
    'torch Size': firstArgument,
    'torch device': tupleOfArguments,
    'torch.serialization _get_layout': firstArgument,
    'argparse Namespace': fields,
    'collections defaultdict': { construct: () => new Map(), setState: () => {} },
    'collections Counter': {
      construct: ([counts]) => (counts instanceof Map ? counts : new Map()),
    },
    'pathlib PosixPath': tupleOfArguments,
    'pathlib WindowsPath': tupleOfArguments,
    'pathlib PurePosixPath': tupleOfArguments,
    'datetime datetime': tupleOfArguments,
    '__builtin__ list': named,
    '__builtin__ dict': named,
    'builtins list': named,
    'builtins dict': named,
  };
}

function encodingOf(dtype: unknown): EncodingName {
  const encoding = dtype instanceof GlobalReference ? dtypeEncodings.get(dtype.name) : undefined;
  if (encoding === undefined) throw new TypeError('a tensor of a type that is not read');
  return encoding;
}
