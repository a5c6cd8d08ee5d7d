#!/usr/bin/python3
"""Makes test/goldens/pickles.json: the same values pickled by Python in every protocol, base64. Needs NumPy."""
import base64
import collections
import json
import pathlib
import pickle

import numpy as np

plain = {
    'none': None, 'true': True, 'false': False, 'one': 1, 'minus five': -5, '2^40': 2**40, '2^70': 2**70,
    '-2^70': -(2**70), 'x': 1.5, 'inf': float('inf'), 'text': 'äö\u20ac\n"q"\\u', 'emoji': '\U0001F600',
    'bytes': b'\x00\xff', 'bytearray': bytearray(b'ab'), 'tuple': (1, (2, 3), ()), 'list': [1, [2], 'x' * 300],
    'set': {1, 2}, 'frozenset': frozenset([3]), 'ordered': collections.OrderedDict([('a', 1), ('b', 2)]),
    'long list': list(range(300)),
}
arrays = {
    'u1': np.arange(6, dtype='u1').reshape(2, 3), 'f4': np.array([[1.5, -2], [3, 4]], dtype='f4'),
    'i8': np.array([1, -(2**40)]), 'big endian': np.array([1, 256], dtype='>i2'),
    'fortran': np.asfortranarray(np.arange(6, dtype='f8').reshape(2, 3)), 'bool': np.array([True, False]),
    'scalar': np.float32(2.5), 'empty': np.zeros((0, 3), 'f4'),
}
goldens = {}
for name, value, protocols in [('plain', plain, range(6)), ('numpy', arrays, (0, 2, 3, 4, 5))]:
    for protocol in protocols:
        goldens[f'{name}{protocol}'] = base64.b64encode(pickle.dumps(value, protocol=protocol)).decode()
target = pathlib.Path(__file__).parent.parent.parent / 'test' / 'goldens' / 'pickles.json'
target.parent.mkdir(parents=True, exist_ok=True)
target.write_text(json.dumps(goldens, indent=1) + '\n')
