/** Lets Dawn find SwiftShader, a Vulkan that the CPU computes; it comes with Chromium, and with nothing else. */
import { openLibrary } from '../../ffi.js';

const folders = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome'];

/** Before the first GPU is opened: drivers are looked for once. What the environment names comes first. */
export function useSoftwareAdapter(): void {
  const { existsSync } = process.getBuiltinModule('node:fs');
  const { join } = process.getBuiltinModule('node:path');
  const manifestIn = (folder: string) => join(folder, 'vk_swiftshader_icd.json');
  const folder = folders.find((path) => existsSync(manifestIn(path)));
  if (folder === undefined) return;
  const named = process.env.VK_DRIVER_FILES || process.env.VK_ICD_FILENAMES || manifestIn(folder);
  if (named !== manifestIn(folder)) return; // It may be ours, which a child inherits.
  process.env.VK_ICD_FILENAMES = named;
  // The system may have no loader of Vulkan's; one that the process has loaded is found by its name.
  const loader = join(folder, 'libvulkan.so.1');
  if (existsSync(loader)) openLibrary('webgpu', loader);
}
