// Domain names as they may be asked: what comes from outside is made one, or refused.

/**
 * The name as it is asked: lower case, without a final dot, in A-labels. Undefined for what can't be a name: an empty
 * label, one over 63 octets, over 253 octets in all (RFC 1035, section 2.3.4), odd characters, or a bare address.
 */
export function askableName(text: string): string | undefined {
  const name = asciiName(text.endsWith('.') ? text.slice(0, -1) : text);
  if (name === undefined || name.length > 253 || !/^[a-z0-9_.-]+$/.test(name) || /^[0-9.]+$/.test(name))
    return undefined;
  return name.split('.').every((label) => label !== '' && label.length <= 63) ? name : undefined;
}

function asciiName(text: string): string | undefined {
  if (text.length > 1024) return undefined;
  const lower = text.toLowerCase();
  return /^[\0-\x7f]*$/.test(lower) ? lower : aLabels(lower);
}

function aLabels(text: string): string | undefined {
  try {
    // The URL parser is part of Node's core and does UTS #46; it is only reached for names beyond ASCII.
    const { hostname } = new URL(`http://${text.replace(/[^\p{L}\p{M}\p{N}._-]/gu, ' ')}/`);
    return hostname;
  } catch {
    return undefined;
  }
}

/** Names with more labels than this are made up; most of their parents are passed over. */
const PARENTS = 10;

/** The name and its parents, down to two labels: `a.b.test` gives `a.b.test` and `b.test`. */
export function nameAndParents(name: string): readonly string[] {
  const labels = name.split('.');
  if (labels.length < 2) return [];
  const shortest = labels.slice(-PARENTS);
  const parents = shortest.slice(0, -1).map((_, index) => shortest.slice(index).join('.'));
  return labels.length > PARENTS ? [name, ...parents] : parents;
}
