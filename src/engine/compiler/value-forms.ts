/**
 * In which layouts and storages the values of a graph exist, while it is lowered. A value is stored in the form that its
 * producer chose and converted where a reader wants another; every conversion is kept, so that it is made once.
 */
import { internalError } from '../../core/errors.js';
import type { Value } from '../../graph/graph.js';
import type { Precision } from '../precision.js';
import { type Block, ROWS, sameOrder, storedElements, storedSize } from './layout.js';
import type { LowerContext } from './lowering.js';
import { Pointer, type Region } from './region.js';
import { newRegion } from './value-region.js';

/** A value's memory in one layout and storage. */
export interface Form {
  readonly block: Block;
  readonly storage: Precision;
  readonly region: Region;
}

export class ValueForms {
  /** How many have been made. */
  conversions = 0;
  /** The first is the producer's. */
  private readonly forms = new Map<Value, Form[]>();

  /** @param emit Adds the phase of a conversion. */
  constructor(private readonly emit: LowerContext['emit']) {}

  /** The value is in this memory. */
  store(value: Value, region: Region, block: Block = ROWS, storage: Precision = 'float32'): Region {
    this.forms.set(value, [{ block, storage, region }]);
    return region;
  }

  /** A view shares its source's memory in every layout that keeps the order of elements. */
  alias(value: Value, source: Value): void {
    const same =
      value.shape.length === source.shape.length &&
      value.shape.every((n, i) => n === source.shape[i]);
    if (same) {
      this.forms.set(value, this.formsOf(source));
      return;
    }
    const { storage } = this.first(source);
    this.store(value, this.in(source, ROWS, storage).region, ROWS, storage);
  }

  /** As its producer has stored it. */
  first(value: Value): Form {
    const [first] = this.formsOf(value);
    if (first === undefined) throw internalError(`value %${value.id} is stored nowhere`);
    return first;
  }

  /** The same, or undefined where the value is stored nowhere yet. */
  known(value: Value): Form | undefined {
    return this.forms.get(value)?.[0];
  }

  /** The value in exactly that form, if it has it. */
  exact(value: Value, block: Block, storage: Precision): Form | undefined {
    return this.formsOf(value).find((form) => form.block === block && form.storage === storage);
  }

  /** The value in that form, converted where it has none like it. */
  in(value: Value, block: Block, storage: Precision): Form {
    const alike = this.formsOf(value).filter((form) => sameOrder(value.shape, form.block, block));
    const found = alike.find((form) => form.storage === storage);
    if (found !== undefined) return found;
    const [other] = alike;
    if (other !== undefined) return this.convertStorage(value, other, storage);
    const first = this.first(value);
    // Between two blocked layouts the way is through row-major.
    const isNear = first.block === ROWS || block === ROWS;
    const source = isNear ? first : this.in(value, ROWS, first.storage);
    return this.convertLayout(value, source, block, storage);
  }

  private convertStorage(value: Value, { block, region }: Form, storage: Precision): Form {
    const count = storedElements(value.shape, block);
    const to = newRegion(value, 'arena', block, storage);
    const kernel = storage === 'bfloat16' ? 'toBfloat16' : 'toFloat32';
    const places = { from: new Pointer(region, 0, 'read'), to: new Pointer(to, 0, 'write') };
    this.emit(kernel, { ...places, count });
    return this.addConverted(value, { block, storage, region: to });
  }

  /** One of `source` and the result is row-major. */
  private convertLayout(value: Value, source: Form, block: Block, storage: Precision): Form {
    if (storedSize(value.dtype, 'float32') !== 4)
      throw internalError(`no conversion of ${value.dtype} between layouts`);
    const [n = 1, c = 1, h = 1, w = 1] = value.shape;
    const toRows = block === ROWS;
    const isNarrow = source.storage === 'bfloat16';
    // Elements change as they move where they get narrow in blocks, or wide in rows.
    const meets = source.storage === storage || isNarrow === toRows;
    const meant = meets ? storage : source.storage;
    const region = newRegion(value, 'arena', block, meant);
    const places = {
      from: new Pointer(source.region, 0, 'read'),
      to: new Pointer(region, 0, 'write'),
    };
    const [kernel, narrow, change] = toRows
      ? (['toRowMajor', 'toRowMajorBf16', 'toRowMajorWide'] as const)
      : (['toBlocked', 'toBlockedBf16', 'toBlockedNarrow'] as const);
    const chosen = meant !== source.storage ? change : isNarrow ? narrow : kernel;
    this.emit(chosen, {
      ...{ ...places, images: n, channels: c, pixels: h * w },
      block: toRows ? source.block : block,
    });
    this.addConverted(value, { block, storage: meant, region });
    return this.in(value, block, storage);
  }

  private addConverted(value: Value, form: Form): Form {
    this.conversions++;
    this.formsOf(value).push(form);
    return form;
  }

  private formsOf(value: Value): Form[] {
    const forms = this.forms.get(value);
    if (forms === undefined)
      throw internalError(`value %${value.id} is used before it is assigned`);
    return forms;
  }
}
