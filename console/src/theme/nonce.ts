/** The number that the policy of this answer lets styles through with. */
export const nonce = document.querySelector<HTMLMetaElement>('meta[property=csp-nonce]')?.nonce ?? '';

// Ant Design puts it on its own styles; what measures scrollbars beneath its tables makes style elements without.
const make = document.createElement.bind(document);
document.createElement = (name: string, options?: ElementCreationOptions) => {
  const made = make(name, options);
  if (made instanceof HTMLStyleElement) made.nonce = nonce;
  return made;
};
