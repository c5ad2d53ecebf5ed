/**
 * The relay's nonce for styles made at run time.
 *
 * Ant Design takes it from its ConfigProvider, but two of its parts (scroll lock, scrollbar measure) do not hand
 * it on and would be refused by the content policy; so every style element gets it as it is made.
 */
export const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? "";

type Create = (tag: string, options?: ElementCreationOptions) => HTMLElement;

const target: { createElement: Create } = document;
const create = target.createElement.bind(document);

target.createElement = (tag, options) => {
  const element = create(tag, options);
  if (element instanceof HTMLStyleElement) element.nonce = nonce;
  return element;
};
