// Domains compared by name: what is left without the public suffix. Simple on purpose: admins tuned their weights for it.

/** The domain less what looks like a public suffix: `.co.uk`, `.com.br`, or a last label of two to five letters. */
export function withoutSuffix(domain: string): string {
  const labels = domain.split('.');
  const last = labels.at(-1) ?? '';
  const before = labels.at(-2) ?? '';
  if (labels.length < 2 || last.length < 2 || last.length > 5 || !isLetters(last)) return domain;
  const isPair = last.length === 2 && ((before.length === 2 && isLetters(before)) || /^(?:com|org|net)$/.test(before));
  return labels.slice(0, isPair && labels.length > 2 ? -2 : -1).join('.');
}

function isLetters(label: string): boolean {
  return /^[a-z]+$/.test(label);
}

/** The last label of a name. */
export function lastLabel(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

/** A name between dots, so that it can be found in another as whole labels. */
export function dotted(name: string): string {
  return `.${name}.`;
}
