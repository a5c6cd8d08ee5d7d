import { defineOp, type Op } from '../../tensor/define-op.js';
import { reducedType, requireElements, unreduce, visitReduced } from './reduce.js';

/** Whether `value` takes the place of `best`. */
type Beats = (value: number, best: number) => boolean;

/** An op that gives the extreme value over dimensions. NaN wins; equal extremes share the gradient. */
export function defineExtremum<N extends 'max' | 'min'>(name: N, beats: Beats): Op<N> {
  return defineOp(name, {
    infer([x], attrs) {
      requireElements(name, x, attrs.dims);
      return [reducedType(x, attrs, x.dtype)];
    },
    reference([x], [{ data: best }], { dims }) {
      visitReduced(x, dims, (value, place, position) => {
        if (position === 0 || wins(value, best[place] as number, beats)) best[place] = value;
      });
    },
    backward: (dy, [x], { dims }, [y]) => [
      () => {
        const extreme = x.eq(unreduce(y, x.shape, dims)).to(dy.dtype);
        return unreduce(dy, x.shape, dims)
          .mul(extreme)
          .div(extreme.sum([...dims], { keepdim: true }));
      },
    ],
  });
}

/** An op that gives where over the dimensions (flattened) the extreme value first is: int32. */
export function defineArgExtremum<N extends 'argmax' | 'argmin'>(name: N, beats: Beats): Op<N> {
  return defineOp(name, {
    infer([x], attrs) {
      requireElements(name, x, attrs.dims);
      return [reducedType(x, attrs, 'int32')];
    },
    reference([x], [{ data: index }], { dims }) {
      const best = new Float64Array(index.length);
      visitReduced(x, dims, (value, place, position) => {
        if (position !== 0 && !wins(value, best[place] as number, beats)) return;
        best[place] = value;
        index[place] = position;
      });
    },
  });
}

function wins(value: number, best: number, beats: Beats): boolean {
  return beats(value, best) || (Number.isNaN(value) && !Number.isNaN(best));
}
