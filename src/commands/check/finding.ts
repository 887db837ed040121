// What polw check finds, as data: what is wrong, where, and what to do about it.

export interface Finding {
  /** An error keeps something from working; a warning does not, yet. */
  readonly severity: 'error' | 'warning';
  /** A file, with line and column if they are known; empty for what is wrong with the machine. */
  readonly place: string;
  readonly what: string;
  readonly todo: string;
}

export function error(place: string, what: string, todo: string): Finding {
  return { severity: 'error', place, what, todo };
}

export function warning(place: string, what: string, todo: string): Finding {
  return { severity: 'warning', place, what, todo };
}

/** A finding of a sentence that already says what to do, behind its first semicolon. */
export function fromSentence(severity: Finding['severity'], place: string, sentence: string): Finding {
  const middle = sentence.indexOf('; ');
  const [what, todo] = middle < 0 ? [sentence, ''] : [sentence.slice(0, middle), sentence.slice(middle + 2)];
  return { severity, place, what, todo };
}

/** The line that people read. */
export function lineOf({ severity, place, what, todo }: Finding): string {
  const words = [what, todo].filter((part) => part !== '').join('; ');
  return [...(place === '' ? [] : [place]), ...(severity === 'warning' ? ['warning'] : []), words].join(': ');
}

/** Each finding once: services that share their settings share what is wrong with them. */
export function eachOnce(findings: readonly Finding[]): readonly Finding[] {
  return [...new Map(findings.map((finding) => [lineOf(finding), finding])).values()];
}
