// A DNS list as it is set.

/** What a list's answer means, by what was looked up. See `answers` in the manual. */
export interface AnswerRule {
  readonly match: string;
  readonly name: string;
  readonly client?: number;
  readonly sender?: number;
  readonly helo?: number;
  readonly client_name?: number;
  readonly group: string;
  readonly dial_up: boolean;
  readonly counts: boolean;
}

/** One DNS block or allow list. */
export interface ListSetting {
  readonly name: string;
  /** May hold `{key}`. */
  readonly zone: string;
  /** Secret: it never appears in any output. */
  readonly key: string;
  readonly key_file: string;
  readonly enabled: boolean;
  /** It is asked although it is known to be dead: from a mirror of one's own, or to keep what another program did. */
  readonly ask_although_dead: boolean;
  readonly family: 'any' | 'ipv4' | 'ipv6';
  readonly miss: number;
  /** The entries that must and must not be listed, or `none`; empty: those of RFC 5782, section 5. */
  readonly test: string;
  readonly not_test: string;
  /** What a list of domains is asked for; absent: what is known to be right for it. See `nameInList`. */
  readonly subject?: 'name' | 'organisation';
  readonly answers: readonly AnswerRule[];
}
