// Domain names as they may be asked: what comes from outside is made one, or refused.

/**
 * The name as it is asked: lower case, without a final dot, in A-labels. Undefined for what can't be a name: an empty
 * label, one over 63 octets, over 253 octets in all (RFC 1035, section 2.3.4), odd characters, or a bare address.
 */
export function askableName(text: string): string | undefined {
  if (text.length > 1024) return undefined;
  const lower = text.toLowerCase();
  // Nearly all names are names as they come, and are looked at again and again.
  const usual = withoutFinalDot(lower);
  if (isAskable(usual)) return usual;
  const ascii = asciiName(lower);
  if (ascii === undefined) return undefined;
  const name = withoutFinalDot(ascii);
  return isAskable(name) ? name : undefined;
}

function withoutFinalDot(name: string): string {
  return name.endsWith('.') ? name.slice(0, -1) : name;
}

const DOT = 0x2e;

/** By each character: three regular expressions and the labels one by one would take five times as long. */
function isAskable(name: string): boolean {
  if (name.length > 253) return false;
  let label = 0;
  let digitsOnly = true;
  for (let at = 0; at < name.length; at++) {
    const code = name.charCodeAt(at);
    if (code === DOT) {
      if (label === 0) return false;
      label = 0;
      continue;
    }
    if (!isDigit(code)) {
      if (!isLetter(code)) return false;
      digitsOnly = false;
    }
    label += 1;
    if (label > 63) return false;
  }
  return label > 0 && !digitsOnly;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** A small letter, a hyphen or an underscore. */
function isLetter(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || code === 0x2d || code === 0x5f;
}

/**
 * The name of a host or domain as all checks ask and compare it: one that can be asked, whatever number of dots it ends
 * in, of two labels at least, of which the last is no number (RFC 3696, section 2).
 */
export function hostName(text: string): string | undefined {
  const name = askableName(withoutFinalDots(text));
  if (name === undefined) return undefined;
  const dot = name.lastIndexOf('.');
  return dot > 0 && !isNumber(name.slice(dot + 1)) ? name : undefined;
}

/**
 * The longest end of a text that is a host's name: lists know domains, and what stands in front of one may hold anything
 * (`a=b.example.com`, `.example.com`).
 */
export function hostNameWithin(text: string): string | undefined {
  let rest = withoutFinalDots(text.slice(-LONGEST));
  for (let labels = 0; labels < LABELS; labels += 1) {
    const name = hostName(rest);
    if (name !== undefined) return name;
    const dot = rest.search(DOTS);
    if (dot < 0) return undefined;
    rest = rest.slice(dot + 1);
  }
  return undefined;
}

const LONGEST = 253;
const LABELS = 128;
/** What UTS #46 takes for a dot. */
const DOTS = /[.\u3002\uff0e\uff61\u2024]/;

function withoutFinalDots(text: string): string {
  let end = text.length;
  while (end > 0 && DOTS.test(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

/** True for what some programs read as a number, and so the name as an address: `0x7f` too. */
export function isNumber(label: string): boolean {
  return label !== '' && !Number.isNaN(Number(label));
}

function asciiName(lower: string): string | undefined {
  // Joiners are only seen in some scripts; elsewhere they are no part of a name, and nobody sees what they hide.
  return /^[\0-\x7f]*$/.test(lower) ? lower : (aLabels(lower) ?? aLabels(lower.replace(/[\u200c\u200d]/g, '')));
}

function aLabels(text: string): string | undefined {
  try {
    // The URL parser is part of Node's core and does UTS #46; it is only reached for names beyond ASCII.
    const { hostname } = new URL(
      `http://${text.replaceAll('\u2024', '.').replace(/[^a-z0-9._\x80-\u{10ffff}-]/gu, ' ')}/`,
    );
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
