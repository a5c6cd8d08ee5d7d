import { ValueError } from './errors.js';
import { show } from './outside-text.js';

/** Where elements are: in the host's memory, or in that of a GPU that an engine computes on (`useDevice`). */
export type Device = 'cpu' | 'gpu';

const known = /^(cuda|mps|xpu|gpu|hip|meta|cpu)(:\d+)?$/;

/** Whether `name` names a device, one of ours or of PyTorch's. */
export function isDevice(name: unknown): boolean {
  return typeof name === 'string' && known.test(name);
}

/** What was given as a device. @throws ValueError unless it is one of ours */
export function readDevice(subject: string, device: unknown): Device {
  if (device === 'cpu' || device === 'gpu') return device;
  throw new ValueError(
    subject,
    `device=${show(device)} must be 'cpu' or 'gpu'; useDevice('auto') chooses one and says which`,
  );
}

/** The device of that name, for code that moves models and batches: `x.to(device('cpu'))`. @throws ValueError for others */
export function device(name: string): Device {
  return readDevice('device', name);
}
