// The DNS lists that are asked if the settings name none, with the weights that they deserve on a scale where 1 refuses.
// State of 2026. A clean client gives -4.5 in all, the base on which the weights of the other checks are tuned.

import type { AnswerRule, ListSetting } from './list.ts';

const answer = (parts: Partial<AnswerRule>): AnswerRule => ({
  match: '',
  name: '',
  group: '',
  dial_up: false,
  counts: (parts.client ?? 0) > 0,
  ...parts,
});

const list = (parts: Partial<ListSetting> & Pick<ListSetting, 'name' | 'zone' | 'answers'>): ListSetting => ({
  key: '',
  key_file: '',
  enabled: true,
  ask_although_dead: false,
  family: 'any',
  miss: 0,
  test: '',
  not_test: '',
  ...parts,
});

/** Those that are asked by default. */
export function listsOfToday(): readonly ListSetting[] {
  return [
    list({
      name: 'ZEN',
      zone: 'zen.spamhaus.org',
      miss: -1.5,
      answers: [
        answer({ match: '127.0.0.9', name: 'DROP', client: 8.5 }),
        answer({ match: '127.0.0.2', name: 'SBL', client: 4.35 }),
        answer({ match: '127.0.0.3', name: 'CSS', client: 4 }),
        answer({ match: '127.0.0.[4..7]', name: 'XBL', client: 4.35 }),
        answer({ match: '127.0.0.[10..11]', name: 'PBL', client: 3.25, group: 'policy', dial_up: true }),
      ],
    }),
    list({
      name: 'SPAMCOP',
      zone: 'bl.spamcop.net',
      family: 'ipv4',
      miss: -1.5,
      answers: [answer({ match: '127.0.0.2', client: 3.75 })],
    }),
    list({
      name: 'PSBL',
      zone: 'psbl.surriel.com',
      family: 'ipv4',
      miss: -0.75,
      answers: [answer({ match: '127.0.0.2', client: 2.75 })],
    }),
    list({
      name: 'MAILSPIKE',
      zone: 'bl.mailspike.net',
      family: 'ipv4',
      miss: -0.75,
      answers: [
        answer({ match: '127.0.0.[2;10]', client: 3 }),
        answer({ match: '127.0.0.11', name: 'L4', client: 2, counts: false }),
        answer({ match: '127.0.0.12', name: 'L3', client: 1.25, counts: false }),
      ],
    }),
    list({
      name: 'MAILSPIKE_WL',
      zone: 'wl.mailspike.net',
      family: 'ipv4',
      answers: [answer({ match: '127.0.0.[18..20]', client: -0.5 })],
    }),
    list({
      name: 'DNSWL',
      zone: 'list.dnswl.org',
      answers: [
        answer({ match: '127.0.[2..9;11..20].0', name: 'NONE', client: -0.1 }),
        answer({ match: '127.0.[2..9;11..20].1', name: 'LOW', client: -0.75 }),
        answer({ match: '127.0.[2..9;11..20].2', name: 'MED', client: -2 }),
        answer({ match: '127.0.[2..9;11..20].3', name: 'HI', client: -4 }),
      ],
    }),
    list({
      name: 'DBL',
      zone: 'dbl.spamhaus.org',
      answers: [
        answer({ match: '127.0.1.2', name: 'SPAM', sender: 4, client_name: 2.5, helo: 1.5 }),
        answer({ match: '127.0.1.[4..6]', name: 'CRIME', sender: 5, client_name: 4, helo: 3 }),
        answer({ match: '127.0.1.[102..106]', name: 'ABUSED', sender: 1 }),
      ],
    }),
    list({
      name: 'SURBL',
      zone: 'multi.surbl.org',
      subject: 'organisation',
      answers: [
        answer({ match: '127.0.0.&24', name: 'CRIME', sender: 4 }),
        answer({ match: '127.0.0.&64', name: 'ABUSE', sender: 3 }),
        answer({ match: '127.0.0.&128', name: 'CRACKED', sender: 1.5 }),
      ],
    }),
    list({
      name: 'URIBL',
      zone: 'multi.uribl.com',
      subject: 'organisation',
      answers: [
        answer({ match: '127.0.0.&2', name: 'BLACK', sender: 3 }),
        answer({ match: '127.0.0.&4', name: 'GREY', sender: 0.5 }),
        answer({ match: '127.0.0.&8', name: 'RED', sender: 0.25 }),
      ],
    }),
  ];
}
