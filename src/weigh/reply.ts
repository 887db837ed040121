// Texts that become the answer of Postfix. It takes their first word for what is to be done (access(5)), and says 451 to
// one that it does not know: mail that should be refused would be tried again for days.

/** Actions of access(5), and restrictions, which are actions too. */
const ACTION =
  /^(ok|permit|reject|defer|dunno|discard|hold|defer_if_(reject|permit)|prepend|warn|info|filter|redirect|bcc|warn_if_reject|(permit|reject|defer)_\w+);?$/i;

/** Why Postfix can't use a text as an action; undefined if it can. */
export function notAReply(text: string): string | undefined {
  const [word = ''] = text.trimStart().split(/\s/, 1);
  if (word === '') return 'is empty, and a refusal without words is none; begin with a code such as 550';
  if (word.startsWith('rc:'))
    return /^\s*rc:\s*[^\s,;.]/.test(text) ? undefined : 'names no class behind rc:; write rc:NAME';
  // It stands for another text, which was looked at itself.
  if (word.startsWith('{reply}') || word.startsWith('{reason}')) return undefined;
  if (/^[45]\d\d;?$/.test(word) || ACTION.test(word)) return undefined;
  return /^\d/.test(word)
    ? `begins with ${JSON.stringify(word)}, and Postfix takes codes from 400 to 599 alone, with a blank behind; begin with 550 or 450`
    : `begins with ${JSON.stringify(word)}, which Postfix does not know, so each such mail would get a 451; begin with a code such as 550, or with REJECT, or write rc:NAME for a class`;
}
