// The answer to Postfix: one line `action=…` and an empty one (SMTPD_POLICY_README). Pure.

import { cleanShort } from '../log/clean.ts';

/** Postfix answers 451 to text that isn't UTF-8, and SMTP wants short lines (RFC 5321, section 4.5.3.1.5). */
const REPLY_LIMIT = 399;
/** A header line, which nobody folds for us (RFC 5322, section 2.1.1). */
const HEADER_LIMIT = 990;

/** The bytes that answer a request. */
export function formatAction(action: string): string {
  return `action=${wellFormed(action)}\n\n`;
}

/** One clean line that Postfix takes as we mean it (access(5)). */
export function wellFormed(action: string): string {
  // Nearly all mails are accepted with a header, and what follows is about replies.
  if (/^PREPEND [A-Za-z]/.test(action)) return cleanShort(action, HEADER_LIMIT);
  const limit = /^(PREPEND|DUNNO)\b/i.test(action) ? HEADER_LIMIT : REPLY_LIMIT;
  // Postfix knows `REJECT words` and `450 4.7.1 words`, but not `REJECT; words`, nor `4.7.1;` as a status.
  const line = cleanShort(action, limit)
    .replace(/^ +/, '')
    .replace(/^(\w+|\d{3} \d\.\d{1,3}\.\d{1,3});/, '$1');
  if (line === '') return 'DUNNO';
  // A code without words is taken as "accept", and a status without words makes Postfix print those of another mail.
  return /^(\d{3}|\w+ \d\.\d{1,3}\.\d{1,3}) *$/.test(line) ? `${line.trimEnd()} refused` : line;
}
