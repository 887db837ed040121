// The one table of commands and their options. Help, the check of the command line, and the manual are made from it,
// and what runs a command is loaded by it.

import type { CommandEntry, OptionEntry } from './command.ts';

const FILE: OptionEntry = { name: 'f', argument: 'FILE', text: 'The settings file. Default: /etc/polw.toml.' };

/** Without a command: the service. */
export const SERVICE_OPTIONS: readonly OptionEntry[] = [
  FILE,
  { name: 'd', text: 'Show each check and each DNS question with its answer on stderr.' },
  { name: 'h', text: 'Help. Also --help.' },
  { name: 'v', text: 'The versions of polw, Node, SQLite and the cache. Also --version.' },
];

export const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  explain: {
    usage: 'explain [--client ADDRESS --from SENDER …]',
    text: 'Weighs one mail as the service would, and shows how. The mail is given by options, by a request block on stdin, or by a line of the mail log on stdin: one of polw, or one of smtpd (NOQUEUE: reject: RCPT from …). Nothing is remembered of it.',
    options: [
      FILE,
      { name: 'client', argument: 'ADDRESS', text: 'The address of the client.' },
      { name: 'name', argument: 'NAME', text: 'Its name, as Postfix has verified it. Default: unknown.' },
      { name: 'helo', argument: 'NAME', text: 'What it says in HELO.' },
      { name: 'from', argument: 'SENDER', text: 'The envelope sender.' },
      { name: 'to', argument: 'RECIPIENT', text: 'The recipient.' },
      { name: 'json', text: 'For programs.' },
      { name: 'no-cache', text: 'Ask the name servers about everything, and look at no earlier verdict.' },
    ],
    load: () => import('./explain.ts'),
  },
  check: {
    usage: 'check [-c FOLDER]',
    text: 'Says what is wrong with the installation, with the eyes of the service: each of its entries in master.cf with its own settings file, read as its account; its folder, log, keys, Node and name servers; each smtpd service, and whether it asks about the mail that it should; what runs. A line for each finding on stdout, with what to do; exit status 1 if one of them keeps something from working. MAIL_CONFIG or -c names an instance of Postfix; else all are looked at.',
    options: [
      FILE,
      { name: 'c', argument: 'FOLDER', text: 'The folder of main.cf and master.cf.' },
      { name: 'settings-only', text: 'Look at the settings file alone.' },
      { name: 'json', text: 'For programs.' },
    ],
    load: () => import('./check/check.ts'),
  },
  defaults: {
    usage: 'defaults',
    text: 'Prints a settings file with all settings, their defaults and explanations.',
    options: [],
    load: () => import('./defaults.ts'),
  },
  convert: {
    usage: 'convert [--faithful] CONF',
    text: 'Prints a policyd-weight.conf as a settings file. It is read, never run. What can not be taken over is said on stderr; exit status 1 if mails could be decided otherwise because of it.',
    words: 1,
    options: [
      { name: 'faithful', text: 'Keep what policyd-weight does wherever a setting can say it, dead lists and all.' },
    ],
    load: () => import('./convert.ts'),
  },
  lists: {
    usage: 'lists [--test]',
    text: 'Shows each DNS list: whether it is asked and since when, its last answer, and how often it was asked, had the client, and failed.',
    options: [FILE, { name: 'test', text: 'Test all lists first.' }],
    load: () => import('./lists.ts'),
  },
  cache: {
    usage: 'cache [show NAME | forget NAME | forget --all]',
    text: 'Shows what the cache holds; shows or forgets what it knows about a name or an address. Safe while the service runs.',
    words: 2,
    options: [FILE, { name: 'all', text: 'Forget all answers and verdicts.' }],
    load: () => import('./cache.ts'),
  },
  stats: {
    usage: 'stats [--since TIME]',
    text: 'Shows what was decided, by which tokens, how often each check had something to say and how often that tipped the score, how long it took, and how many DNS answers came from the cache.',
    options: [
      FILE,
      { name: 'since', argument: 'TIME', text: 'How far back, such as 30m, 24h or 7d. Default: 24h.' },
      { name: 'json', text: 'For programs.' },
      { name: 'prometheus', text: "For the textfile collector of Prometheus' node exporter." },
    ],
    load: () => import('./stats.ts'),
  },
  spf: {
    usage: 'spf CLIENT SENDER [HELO] | spf --lint DOMAIN',
    text: 'Says whether the client may send for the sender and for HELO, by the policies of their domains (RFC 7208): the result, the term that decides, terms and lookups without an answer with their limits, and each question with its round trip. With --lint, what is wrong with the policy of a domain and all that it includes, a line for each term with what to do; exit status 1 if there is an error. The name servers are asked; the cache is neither looked at nor changed.',
    words: 3,
    options: [
      FILE,
      { name: 'lint', argument: 'DOMAIN', text: 'The domain whose policy is looked at.' },
      { name: 'json', text: 'For programs.' },
    ],
    load: () => import('./spf/spf.ts'),
  },
  help: {
    usage: 'help [COMMAND]',
    text: 'Help.',
    words: 1,
    options: [],
    load: async () => (await import('./help.ts')).helpOn(COMMANDS, SERVICE_OPTIONS),
  },
};
