import { ValueError } from './errors.js';
import { show } from './outside-text.js';

/** Where tensors are: PyTorch's word, of which there is one here. What computes is the engine. */
export type Device = 'cpu';

const elsewhere = /^(cuda|mps|xpu|gpu|hip|meta|cpu)(:\d+)?$/;

/** Whether `name` names a device, one of ours or of PyTorch's. */
export function isDevice(name: unknown): boolean {
  return typeof name === 'string' && elsewhere.test(name);
}

/** Throws unless `device` is the CPU. */
export function requireCpu(subject: string, device: unknown): void {
  if (device !== 'cpu')
    throw new ValueError(
      subject,
      `device=${show(device)} must be 'cpu': tensors are there, and useEngine() chooses what computes`,
    );
}

/** The device of that name, for code that moves models and batches: `x.to(device('cpu'))` is `x`. @throws ValueError for others */
export function device(name: string): Device {
  requireCpu('device', name);
  return 'cpu';
}
