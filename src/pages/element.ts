/** A child of an element; text is text, whatever is in it. */
export type Child = Node | string;

/** Properties, and under `attributes` what has none: `role`, `aria-…`. */
type Properties<E> = Partial<Omit<E, 'attributes'>> & {
  readonly attributes?: Readonly<Record<string, string>>;
};

/** An element with its properties and children. */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  properties: Properties<HTMLElementTagNameMap[K]> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  const { attributes = {}, ...rest } = properties;
  Object.assign(made, rest);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** A button that submits nothing. */
export function button(text: Child, onClick: () => void): HTMLButtonElement {
  const made = element('button', { type: 'button' }, text);
  made.addEventListener('click', onClick);
  return made;
}
