// What Postfix takes as an answer, and takes as it is meant (access(5), SMTPD_POLICY_README).

/** A reply to a client stays below this, so that Postfix' log line has room for the rest. */
const REPLY = 400;
/** A header line, or what stands instead of one: nobody folds it (RFC 5322, section 2.1.1). */
const HEADER = 998;

/**
 * What is wrong with an answer, which is given without its empty line; undefined if nothing is. Known are: DUNNO with
 * or without words, PREPEND with a header, and a code of 4xx or 5xx with a status and words.
 */
export function complaintAbout(answer: string): string | undefined {
  const action = /^action=(.*)$/.exec(answer)?.[1];
  if (action === undefined) return 'is not one line "action=..."';
  if (!/^[ -~]*$/.test(action)) return 'is not printable ASCII';
  if (/^DUNNO( |$)/.test(action)) return action.length < HEADER ? undefined : 'is too long';
  if (/^PREPEND [A-Za-z][A-Za-z0-9-]*: +[!-~]/.test(action)) {
    return action.length - 'PREPEND '.length < HEADER ? undefined : 'has too long a header';
  }
  // A code without words would be taken as "accept", a status without words shows those of another mail. Where code and
  // status disagree Postfix believes the code.
  if (/^[45]\d\d [45]\.\d{1,3}\.\d{1,3} +[A-Za-z]/.test(action)) {
    return action.length < REPLY ? undefined : 'has too long a reply';
  }
  return 'is no action that is known';
}
