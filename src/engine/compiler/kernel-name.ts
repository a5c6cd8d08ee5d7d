/**
 * The kernels by name, and what each is told. The engine whose kernels run the phases adds them to the interface
 * (`declare module`), so that the compiler checks what lowerings emit without an import of any engine.
 */

// biome-ignore lint/suspicious/noEmptyInterface: engines fill it.
export interface KernelArguments {}

export type KernelName = keyof KernelArguments;
