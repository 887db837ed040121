// The parts of a list, and of its answers, in words: for the manual. The service reads settings without them.

import type { AnswerPart, ListPart } from './lists.ts';

export const LIST_PARTS: { readonly [name in ListPart]: string } = {
  name: 'The name of the list, for tokens and the log.',
  zone: 'The zone that is asked. {key} in it stands for the key.',
  key: 'The key of a list that wants one. It is never shown; the settings file must not be readable by others then.',
  key_file: 'A file that holds the key. It belongs to root or the account, and nobody else may write to it.',
  enabled: 'If false, the list is not asked.',
  ask_although_dead:
    'If true, the list is asked although it is known to be dead, such as from a mirror of your own. A dead list is not asked otherwise.',
  family: 'Which addresses the list knows: "any", "ipv4" or "ipv6".',
  miss: 'What a client gives that is not on the list. One that hits named groups only gets it too.',
  test: 'The entry that must be listed, to see that the list is alive; "none" for a list without one. Default: that of RFC 5782.',
  not_test:
    'The entry that must not be listed, to see that the list does not list everything. Default: that of RFC 5782.',
  subject:
    'What a list of domains is asked for: the whole "name", or the "organisation", the domain that can be registered, if it lists nothing below that. Default: what is known to be right for the list, else "name".',
  answers: 'What the answers mean.',
};

export const ANSWER_PARTS: { readonly [name in AnswerPart]: string } = {
  match:
    'Which addresses are meant: "127.0.0.2", "127.0.0.[4..7;10]", a bit mask such as "127.0.0.&8", "any" for any address at all. Empty: any of 127.0.0.0/8 but 127.255.255.0/24.',
  name: 'Added to the name of the list.',
  client: 'The score, if the address of the client is listed so.',
  sender: 'The score, if the sender domain is listed so.',
  helo: 'The score, if HELO is listed so.',
  client_name: 'The score, if the name of the client is listed so.',
  group: 'Of the answers of one group only the highest score counts.',
  dial_up: 'Marks the client as a dial-up line. Default: whether the name of the list holds "dyn".',
  counts: 'Counts towards max_dnsbl_hits. Default: whether the score for the client is above 0.',
};
