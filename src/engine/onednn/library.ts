/** One opened oneDNN: what both versions of its C API have in common, and the version's own part. */
import { EngineError } from '../../core/errors.js';
import { openLibrary, readText, readWords, type SharedLibrary } from '../ffi.js';
import {
  checkStatus,
  type DataType,
  type Desc,
  newHandle,
  type VersionedApi,
  type WeightLayout,
} from './api.js';
import { openApi2 } from './api-2.js';
import { openApi3 } from './api-3.js';

/** `dnnl_query_t`: descriptors of a primitive's operands. */
const queries = {
  src: 129,
  diffSrc: 130,
  weights: 131,
  diffWeights: 132,
  dst: 133,
  diffDst: 134,
  scratchpad: 136,
} as const;
export type Query = keyof typeof queries;

/** `DNNL_ARG_…`. */
export const argument = {
  src: 1,
  dst: 17,
  weights: 33,
  bias: 41,
  scratchpad: 80,
  diffSrc: 129,
  diffDst: 145,
  diffWeights: 161,
} as const;

const cpu = 1;
const inOrder = 1;
const implementationName = 8;
const userScratchpad = 1;
const isaBits = { avx2: 0x7, avx512: 0x27, avx512Bf16: 0xe7 } as const;

/** Names of `dnnl_cpu_isa_t`, most capable first. */
const isaNames: readonly (readonly [bits: number, name: string])[] = [
  [0x1fef, 'AVX-512 with AMX and FP16'],
  [0xfef, 'AVX-512 with AMX'],
  [0x3e7, 'AVX-512 with AMX'],
  [0x1ef, 'AVX-512 with FP16'],
  [0xe7, 'AVX-512 with BF16'],
  [0x67, 'AVX-512 with VNNI'],
  [0x27, 'AVX-512'],
  [0x407, 'AVX2 with VNNI'],
  [0x7, 'AVX2'],
  [0x3, 'AVX'],
  [0x1, 'SSE4.1'],
];

/** How the library was built to use threads (`DNNL_RUNTIME_…`): it must be able to keep to one. */
const runtimes: Readonly<Record<number, string>> = {
  1: 'sequential',
  2: 'OpenMP',
  4: 'TBB',
  8: 'threadpool',
};

/** What a thread needs to know of the library. */
export interface LibraryFile {
  readonly path: string;
  readonly preload: readonly string[];
  readonly openMp: boolean;
}

/** Post operations of a primitive. */
export interface Attributes {
  /** Adds to what the result holds. */
  readonly sum?: boolean;
}

export class OneDnn {
  readonly version: string;
  readonly isa: string;
  /** Whether the CPU multiplies bfloat16 in hardware. */
  readonly bf16: boolean;
  /** Floats in a vector: the channels that convolutions want side by side; 0 where no fast kernels are known. */
  readonly lanes: number;
  readonly api: VersionedApi;
  /** What another thread needs to call the library. */
  readonly file: LibraryFile;
  /** Those that this version knows. */
  private readonly weightLayouts: readonly WeightLayout[];
  private readonly engine: bigint;
  private readonly streams: bigint[] = [];
  private readonly call: Functions;

  constructor(
    readonly path: string,
    preload: readonly string[],
  ) {
    const library = openLibrary('onednn', path, preload);
    const [major, minor, patch, , , , runtime] = versionOf(library);
    this.version = `${major}.${minor}.${patch}`;
    if (major !== 2 && major !== 3)
      throw new EngineError('onednn', `${path} is version ${this.version}, 2.x or 3.x is required`);
    if (runtime === 2) keepToOneThread(library);
    else if (runtime !== 1)
      throw new EngineError(
        'onednn',
        `${path} is built for ${runtimes[runtime] ?? `runtime ${runtime}`}, OpenMP is required`,
      );
    const isa = library.func('int dnnl_get_effective_cpu_isa()')() as number;
    this.isa = isaNames.find(([bits]) => (isa & bits) === bits)?.[1] ?? `ISA ${isa}`;
    const has = (bits: number) => (isa & bits) === bits;
    this.lanes = has(isaBits.avx512) ? 16 : has(isaBits.avx2) ? 8 : 0;
    this.bf16 = has(isaBits.avx512Bf16);
    this.file = { path, preload, openMp: runtime === 2 };
    this.call = functionsOf(library);
    this.engine = newHandle('dnnl_engine_create', (out) => this.call.createEngine(out, cpu, 0));
    const tags = tagsOf(library);
    this.weightLayouts = [...tags.keys()].filter(isWeightLayout);
    const open = major === 2 ? openApi2 : openApi3;
    this.api = open(library, this.engine, (name) => tags.get(name) ?? 0);
  }

  /** The stream of thread `tid`. */
  stream(tid: number): bigint {
    this.streams[tid] ??= newHandle('dnnl_stream_create', (out) =>
      this.call.createStream(out, this.engine, inOrder),
    );
    return this.streams[tid];
  }

  bytesOf(desc: Desc): number {
    return Number(this.call.descSize(desc));
  }

  /** The name of the blocked layout of weights that `desc` describes; undefined where it has none. */
  weightLayoutOf(desc: Desc, dims: readonly number[], type: DataType): WeightLayout | undefined {
    return this.weightLayouts.find((name) => {
      const named = this.api.describe(dims, type, name);
      const isThis = this.call.descEqual(named, desc) === 1;
      this.api.destroyDesc(named);
      return isThis;
    });
  }

  /** Attributes with the caller's scratchpad; to be destroyed when the primitive descriptor is made. */
  attributes({ sum = false }: Attributes): bigint {
    const attributes = newHandle('dnnl_primitive_attr_create', this.call.createAttributes);
    checkStatus('scratchpad mode', this.call.setScratchpadMode(attributes, userScratchpad));
    if (sum) {
      const operations = newHandle('dnnl_post_ops_create', this.call.createPostOps);
      this.api.appendSum(operations);
      checkStatus('post operations', this.call.setPostOps(attributes, operations));
      this.call.destroyPostOps(operations);
    }
    return attributes;
  }

  destroyAttributes(attributes: bigint): void {
    this.call.destroyAttributes(attributes);
  }

  reorder(from: Desc, to: Desc, attributes: bigint): bigint {
    const { engine } = this;
    return newHandle('dnnl_reorder', (out) =>
      this.call.createReorder(out, from, engine, to, engine, attributes),
    );
  }

  /** An operand's descriptor, which lives as long as the primitive descriptor. */
  descOf(primitiveDesc: bigint, what: Query): Desc {
    return this.call.queryDesc(primitiveDesc, queries[what], 0) as bigint;
  }

  /** Bytes of scratchpad that a primitive asks for. */
  scratchpadOf(primitiveDesc: bigint): number {
    return this.bytesOf(this.descOf(primitiveDesc, 'scratchpad'));
  }

  /** What the library calls the code that it has chosen. */
  implementationOf(primitiveDesc: bigint): string {
    const text = newHandle('dnnl_primitive_desc_query', (out) =>
      this.call.query(primitiveDesc, implementationName, 0, out),
    );
    return readText(text);
  }

  primitive(primitiveDesc: bigint): bigint {
    return newHandle('dnnl_primitive_create', (out) =>
      this.call.createPrimitive(out, primitiveDesc),
    );
  }

  /** An operand without an address. */
  memory(desc: Desc): bigint {
    return newHandle('dnnl_memory_create', (out) =>
      this.call.createMemory(out, desc, this.engine, null),
    );
  }

  destroyMemory(memory: bigint): void {
    this.call.destroyMemory(memory);
  }

  destroyPrimitive(primitive: bigint): void {
    this.call.destroyPrimitive(primitive);
  }

  destroyPrimitiveDesc(primitiveDesc: bigint): void {
    this.call.destroyPrimitiveDesc(primitiveDesc);
  }
}

/** Every thread that calls primitives says so for itself: OpenMP keeps the number by thread. */
export function keepToOneThread(library: SharedLibrary): void {
  library.func('void omp_set_num_threads(int)')(1);
}

/** `dnnl_version_t`: major, minor, patch, padding, hash (two words), CPU runtime. */
function versionOf(library: SharedLibrary) {
  const words = readWords(library.func('void *dnnl_version()')() as bigint, 7);
  return words as [number, number, number, number, number, number, number];
}

/** Numbers of layouts by name: they change from version to version. */
function tagsOf(library: SharedLibrary): Map<string, number> {
  const nameOf = library.func('const char *dnnl_fmt_tag2str(int)');
  const tags = new Map<string, number>();
  for (let tag = 1; ; tag++) {
    const name = String(nameOf(tag));
    if (name === 'unknown fmt_tag' || name === '') return tags;
    if (!tags.has(name)) tags.set(name, tag);
  }
}

function isWeightLayout(name: string): name is WeightLayout {
  return /^(?=[a-d]*a)(?=[a-d]*b)(?=[a-d]*c)(?=[a-d]*d)[a-d]{4}(\d+[ab])+$/i.test(name);
}

type Functions = ReturnType<typeof functionsOf>;

function functionsOf(library: SharedLibrary) {
  const f = (prototype: string) => library.func(prototype);
  return {
    createEngine: f('int dnnl_engine_create(void *, int, size_t)'),
    createStream: f('int dnnl_stream_create(void *, void *, uint32_t)'),
    descSize: f('size_t dnnl_memory_desc_get_size(void *)'),
    descEqual: f('int dnnl_memory_desc_equal(void *, void *)'),
    createAttributes: f('int dnnl_primitive_attr_create(void *)'),
    destroyAttributes: f('int dnnl_primitive_attr_destroy(void *)'),
    setScratchpadMode: f('int dnnl_primitive_attr_set_scratchpad_mode(void *, int)'),
    setPostOps: f('int dnnl_primitive_attr_set_post_ops(void *, void *)'),
    createPostOps: f('int dnnl_post_ops_create(void *)'),
    destroyPostOps: f('int dnnl_post_ops_destroy(void *)'),
    createReorder: f(
      'int dnnl_reorder_primitive_desc_create(void *, void *, void *, void *, void *, void *)',
    ),
    query: f('int dnnl_primitive_desc_query(void *, int, int, void *)'),
    queryDesc: f('void *dnnl_primitive_desc_query_md(void *, int, int)'),
    createPrimitive: f('int dnnl_primitive_create(void *, void *)'),
    destroyPrimitive: f('int dnnl_primitive_destroy(void *)'),
    destroyPrimitiveDesc: f('int dnnl_primitive_desc_destroy(void *)'),
    createMemory: f('int dnnl_memory_create(void *, void *, void *, void *)'),
    destroyMemory: f('int dnnl_memory_destroy(void *)'),
  };
}
