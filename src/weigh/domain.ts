// Domains compared by name: what is left without the public suffix. Simple on purpose: admins tuned their weights for it.

/** The domain less what looks like a public suffix: `.co.uk`, `.com.br`, or a last label of two to five letters. */
export function withoutSuffix(domain: string): string {
  return domain.replace(/\.(?:[a-z]{2}\.[a-z]{2}|(?:com|org|net)\.[a-z]{2}|[a-z]{2,5})$/, '');
}

/** The last label of a name. */
export function lastLabel(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

/** A name between dots, so that it can be found in another as whole labels. */
export function dotted(name: string): string {
  return `.${name}.`;
}
