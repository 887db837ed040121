// What speaks for a mail out of likeness of names alone.

import type { Mail } from './mail.ts';

/** Nothing, for a client that is on lists: its names cost it no more than a zone of its own. */
export function credit({ settings, findings }: Mail, points: number): number {
  return settings.as_policyd_weight || findings.dnsblHits === 0 ? points : Math.max(0, points);
}
