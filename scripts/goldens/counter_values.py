"""Numbers that tests and goldens make from the same formula, so that no inputs are stored (test/nn/counter-values.ts)."""
import numpy as np
import torch


def counter_values(shape, salt, low=-1.0, high=1.0):
    """A float32 tensor; element i is a hash of (i, salt) spread over [low, high)."""
    x = np.arange(int(np.prod(shape)), dtype=np.uint64)
    mask = np.uint64(0xFFFFFFFF)
    x = (x * np.uint64(0x9E3779B1) + np.uint64(salt * 0x85EBCA77 % 2**32)) & mask
    x = ((x ^ (x >> np.uint64(15))) * np.uint64(0x2C1B3C6D)) & mask
    x = ((x ^ (x >> np.uint64(12))) * np.uint64(0x297A2D39)) & mask
    x = x ^ (x >> np.uint64(15))
    values = low + (high - low) * (x.astype(np.float64) / 2**32)
    return torch.from_numpy(values.astype(np.float32)).reshape(shape)


def fill_state(module, salt=100, scale=0.5):
    """Gives every floating tensor of the state dict such numbers, variances positive ones."""
    for k, (name, tensor) in enumerate(module.state_dict().items()):
        if not tensor.is_floating_point():
            continue
        low, high = (0.5, 1.5) if name.endswith("running_var") else (-scale, scale)
        tensor.copy_(counter_values(tuple(tensor.shape), salt + k, low, high))


def numbers(tensor, digits=7):
    """Row-major, as short as the digits allow."""
    return [float(f"{v:.{digits}g}") for v in tensor.detach().double().flatten().tolist()]
