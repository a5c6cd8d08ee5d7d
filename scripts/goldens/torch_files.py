"""Makes test/goldens/torch-files.json with PyTorch: small files of torch.save in both of its formats, and what is in them.

    /usr/bin/python3 scripts/goldens/torch_files.py
"""
import argparse
import base64
import collections
import hashlib
import io
import json
import os
import pathlib

import numpy as np
import torch

torch.manual_seed(0)
torch.set_num_threads(1)


def saved(value, legacy=False):
    file = io.BytesIO()
    torch.save(value, file, _use_new_zipfile_serialization=not legacy)
    return base64.b64encode(file.getvalue()).decode()


def expected(tensor):
    tensor = tensor.detach()
    if tensor.dtype in (torch.float16, torch.bfloat16):
        tensor = tensor.float()
    values = [str(v) if isinstance(v, float) and not np.isfinite(v) else v for v in tensor.flatten().tolist()]
    return {'shape': list(tensor.shape), 'values': [int(v) if v is True or v is False else v for v in values]}


base = torch.arange(24, dtype=torch.float32).reshape(2, 3, 4)
special = [0.0, -0.0, 1.0, -2.5, 6e-8, 65504.0, float('inf'), float('-inf'), float('nan')]
state = collections.OrderedDict(
    f32=torch.randn(2, 3),
    f64=torch.randn(3, dtype=torch.float64),
    f16=torch.tensor(special, dtype=torch.float16),
    bf16=torch.tensor([1.0, -3.0, 1e30, float('nan')], dtype=torch.bfloat16),
    i64=torch.tensor([2**31 - 1, -(2**31), 7]),
    i32=torch.tensor([1, -1], dtype=torch.int32),
    i16=torch.tensor([-32768, 5], dtype=torch.int16),
    i8=torch.tensor([-128, 127], dtype=torch.int8),
    u8=torch.tensor([0, 255], dtype=torch.uint8),
    bool=torch.tensor([True, False]),
    scalar=torch.tensor(3.5),
    empty=torch.zeros(0, 3),
    whole=base,
    transposed=base.permute(2, 0, 1),
    part=base[1, :, 1:3],
    every_other=base[:, :, ::2],
    expanded=torch.tensor([[1.0], [2.0]]).expand(2, 4),
)
state['bn.num_batches_tracked'] = torch.tensor(12)

model = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
model(torch.randn(4, 3)).sum().backward()
optimizer.step()
checkpoint = {
    'epoch': 3,
    'best': np.float64(91.5),
    'args': argparse.Namespace(lr=0.1, data='photos'),
    'state_dict': {f'module.{k}': v for k, v in model.state_dict().items()},
    'optimizer': optimizer.state_dict(),
    'size': torch.Size([2, 3]),
    'dtype': torch.float32,
    'folder': pathlib.PurePosixPath('a/b'),
    'counts': collections.defaultdict(list, {'a': [1]}),
}


class Evil:
    def __reduce__(self):
        return os.system, ('true',)


refused = {
    'module': model,
    'evil': {'x': torch.zeros(1), 'y': Evil()},
    'complex': {'x': torch.zeros(2, dtype=torch.complex64)},
    'sparse': {'x': torch.eye(2).to_sparse()},
    'large': {'x': torch.tensor([2**31])},
    'number': 5,
    'none': {'lr': 0.1, 'name': 'x'},
}
script = io.BytesIO()
torch.jit.save(torch.jit.script(torch.nn.ReLU()), script)

halves = torch.arange(65536, dtype=torch.int32).to(torch.int16).view(torch.float16).float()
halves[halves.isnan()] = 0

golden = {
    'files': {
        **{f'state {"legacy" if legacy else "zip"}': saved(state, legacy) for legacy in (False, True)},
        **{f'checkpoint {"legacy" if legacy else "zip"}': saved(checkpoint, legacy) for legacy in (False, True)},
        **{f'refused {name}': saved(value) for name, value in refused.items()},
        'refused script': base64.b64encode(script.getvalue()).decode(),
    },
    'state': {name: expected(tensor) for name, tensor in state.items()},
    'model': {name: expected(tensor) for name, tensor in model.state_dict().items()},
    'exp_avg': expected(optimizer.state_dict()['state'][0]['exp_avg']),
    'halves': hashlib.sha256(halves.numpy().tobytes()).hexdigest(),
}
path = pathlib.Path(__file__).parents[2] / 'test/goldens/torch-files.json'
path.write_text(json.dumps(golden, indent=1) + '\n')
