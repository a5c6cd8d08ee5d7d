"""Makes test/goldens/numpy-files.json with NumPy: small .npy and .npz files of all kinds, and what is in them.

    /usr/bin/python3 scripts/goldens/numpy_files.py
"""
import base64
import io
import json
import pathlib

import numpy as np


def encoded(write):
    file = io.BytesIO()
    write(file)
    return base64.b64encode(file.getvalue()).decode()


def expected(array):
    values = [str(v) if isinstance(v, float) and not np.isfinite(v) else v for v in array.flatten().tolist()]
    return {'shape': list(array.shape), 'values': [int(v) if v is True or v is False else v for v in values]}


base = np.arange(24, dtype=np.float32).reshape(2, 3, 4) / 8
arrays = {
    'f2': np.array([0.0, -0.0, 1.0, -2.5, 6e-8, 65504.0, np.inf, -np.inf, np.nan], np.float16),
    'f4': base,
    'f8': np.array([np.pi, 1e300]),
    'b1': np.array([[True, False]]),
    'i1': np.array([-128, 127], np.int8),
    'u1': np.array([0, 255], np.uint8),
    'i2': np.array([-32768, 5], np.int16),
    'u2': np.array([65535], np.uint16),
    'i4': np.array([-(2**31), 2**31 - 1], np.int32),
    'u4': np.array([7], np.uint32),
    'i8': np.array([-(2**31), 2**31 - 1], np.int64),
    'u8': np.array([2**31 - 1], np.uint64),
    'scalar': np.array(3.5, np.float32),
    'empty': np.zeros((0, 3), np.float32),
    'fortran': np.asfortranarray(base),
    'fortran i8': np.asfortranarray(np.arange(6).reshape(2, 3)),
    'big f4': base.astype('>f4'),
    'big i8 fortran': np.asfortranarray(np.arange(6).reshape(3, 2).astype('>i8')),
    'big f2': np.array([1.5, -2.0]).astype('>f2'),
    'layer1/weight': np.ones((1, 1, 1, 1), np.float32),
    '__proto__': np.array([1.0]),
    'größe 猫': np.array([2], np.int32),
}
numpy_format = np.lib.format
refused = {
    'object': lambda file: np.save(file, np.array([{'a': 1}], dtype=object), allow_pickle=True),
    'complex': lambda file: np.save(file, np.array([1j])),
    'text': lambda file: np.save(file, np.array(['cat'])),
    'time': lambda file: np.save(file, np.array(['2020-01-01'], 'datetime64[D]')),
    'structure': lambda file: np.save(file, np.zeros(2, [('a', 'f4'), ('b', 'i4')])),
    'large': lambda file: np.save(file, np.array([5, 2**31])),
}
files = {name: encoded(lambda file: np.save(file, array)) for name, array in arrays.items()}
for version in [(2, 0), (3, 0)]:
    files[f'version {version[0]}'] = encoded(lambda file: numpy_format.write_array(file, base, version))
result = {
    'npy': files,
    'npz': encoded(lambda file: np.savez(file, **arrays)),
    'compressed': encoded(lambda file: np.savez_compressed(file, **arrays)),
    'refused': {name: encoded(write) for name, write in refused.items()},
    'refused npz': encoded(lambda file: np.savez(file, good=base, bad=np.array([None]))),
    'arrays': {name: expected(array) for name, array in arrays.items()},
}
for name in ['version 2', 'version 3']:
    result['arrays'][name] = expected(base)
path = pathlib.Path(__file__).parents[2] / 'test/goldens/numpy-files.json'
path.write_text(json.dumps(result, ensure_ascii=False, allow_nan=False, indent=1) + '\n')
print(f'{path}: {path.stat().st_size} bytes, NumPy {np.__version__}')
