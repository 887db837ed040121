// Text from outside, made fit for headers, replies and log lines.

/** Makes text from outside fit for a header, a reply or a log line: printable ASCII, all else a question mark. */
export function clean(text: string): string {
  // Nearly all text is clean, which is seen faster than mended.
  return /^[ -~]*$/.test(text) ? text : text.replace(/[^ -~]/gu, '?');
}

/** As `clean`, and no longer than `limit` characters. */
export function cleanShort(text: string, limit: number): string {
  const cleaned = clean(text);
  return cleaned.length <= limit ? cleaned : `${cleaned.slice(0, limit - 3)}...`;
}
