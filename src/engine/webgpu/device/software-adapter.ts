/** Lets Dawn find SwiftShader, a Vulkan that the CPU computes; it comes with Chromium, and with nothing else. */
import { openLibrary } from '../../ffi.js';

const folders = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome'];

/** Before the first GPU is opened: drivers are looked for once. */
export function useSoftwareAdapter(): void {
  if (process.env.VK_ICD_FILENAMES || process.env.VK_DRIVER_FILES) return;
  const { existsSync } = process.getBuiltinModule('node:fs');
  const { join } = process.getBuiltinModule('node:path');
  const manifestIn = (folder: string) => join(folder, 'vk_swiftshader_icd.json');
  const folder = folders.find((path) => existsSync(manifestIn(path)));
  if (folder === undefined) return;
  process.env.VK_ICD_FILENAMES = manifestIn(folder);
  // The system may have no loader of Vulkan's; one that the process has loaded is found by its name.
  const loader = join(folder, 'libvulkan.so.1');
  if (existsSync(loader)) openLibrary('webgpu', loader);
}
