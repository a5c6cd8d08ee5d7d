/** What the page shows at one address. */
export interface View {
  /** Of the window. */
  readonly title: string;
  readonly element: HTMLElement;
  /** Listens to the server no longer. */
  close(): void;
}
