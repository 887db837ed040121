// How much text of one name is kept. A TXT answer may have 64 KiB, and who owns the name chooses what stands there.

/** Characters. */
const MOST = 8192;

/** Whether a text is a sender policy: `v=spf1` in any case, then a blank or the end (RFC 7208, section 4.5). */
export function isSenderPolicy(text: string): boolean {
  return text.slice(0, 6).toLowerCase() === 'v=spf1' && (text.length === 6 || text[6] === ' ');
}

/**
 * The texts of a name, at most 8 KiB of them. Of more, only a sender policy is kept, and an empty text for all others.
 * What is cut off from a policy shows: it ends in U+FFFD, which no policy may hold. Of several policies none is valid
 * (RFC 7208, section 4.5), so only that there are several is kept.
 */
export function boundedTexts(texts: readonly string[]): readonly string[] {
  let length = 0;
  for (const text of texts) length += text.length;
  if (length <= MOST) return texts;
  const [policy, second] = texts.filter(isSenderPolicy);
  const others = policy === undefined || texts.length > 1 ? [''] : [];
  if (policy === undefined) return others;
  if (second !== undefined) return ['v=spf1', 'v=spf1', ...others];
  return [policy.length <= MOST ? policy : `${policy.slice(0, MOST - 1)}\ufffd`, ...others];
}
