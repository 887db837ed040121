// Writes the manuals man/polw.8 and man/polw.toml.5, from the tables of commands and settings. Part of the build.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { load } from './load.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const { COMMANDS, SERVICE_OPTIONS, GROUPS, SETTINGS, LIST_PARTS, ANSWER_PARTS, VARIABLES, CHECKS } = await load(
  './src/commands/table.ts',
  './src/settings/table.ts',
  './src/lists/parts.ts',
  './src/weigh/template.ts',
  './src/weigh/weigh.ts',
);

mkdirSync(path.join(root, 'man'), { recursive: true });
writeFileSync(path.join(root, 'man/polw.8'), programManual());
writeFileSync(path.join(root, 'man/polw.toml.5'), settingsManual());

function programManual() {
  return page('POLW', 8, [
    section('NAME', text('polw - weigh a mail before its body is taken')),
    section(
      'SYNOPSIS',
      `.B polw\n.RB [ \\-f\n.IR FILE ]\n.RB [ \\-d ]`,
      ...Object.values(COMMANDS).map(({ usage }) => `.br\n.B polw ${escaped(usage)}`),
    ),
    section(
      'DESCRIPTION',
      text(
        'polw is an SMTP access policy service for Postfix and the successor of policyd-weight. Every check that can say something about the envelope of a mail - DNS block and allow lists, HELO and sender against the DNS, reverse names - adds to or takes from one score, and the score decides whether the mail is accepted, deferred or refused.',
      ),
      paragraph(
        'Without a command it reads requests on its standard input and writes an action for each to its standard output, until the input ends. So Postfix starts it, through spawn(8), one process for each smtpd(8). All processes share one SQLite file, in which DNS answers, the verdicts of the last mails, the conditions of the DNS lists and the statistics are kept. What goes wrong - no file, no name server, a wrong setting - never stops mail: it is logged, and the mail is weighed without, or let through.',
      ),
      paragraph('The checks, in their order:'),
      ...CHECKS.map(({ name }) => item(name)),
    ),
    section('OPTIONS', ...SERVICE_OPTIONS.map(option)),
    section(
      'COMMANDS',
      ...Object.values(COMMANDS).flatMap(({ usage, text: explanation, options }) => [
        subsection(`polw ${usage}`),
        text(explanation),
        ...options.map(option),
      ]),
    ),
    section(
      'POSTFIX',
      text('In master.cf, with no limit of processes of its own (maxproc 0):'),
      example('polw    unix  -  n  n  -  0  spawn', '  user=polw argv=/usr/local/lib/polw/polw'),
      paragraph('In main.cf, so that it is asked only about mail that is for you:'),
      example(
        'smtpd_recipient_restrictions =',
        '    permit_mynetworks',
        '    permit_sasl_authenticated',
        '    reject_unauth_destination',
        '    check_policy_service unix:private/polw',
        'polw_time_limit = 3600',
      ),
    ),
    section('SIGNALS', text('There are none to send. A process ends when Postfix closes its connection.')),
    section(
      'FILES',
      tagged('/etc/polw.toml', 'The settings; see polw.toml(5). It need not exist, and nobody else may write to it.'),
      tagged('/var/lib/polw', 'The folder of the cache. It belongs to the account of polw alone.'),
      tagged('/var/lib/polw/cache.sqlite', 'The cache. It may be removed at any time; a new one is made then.'),
      tagged('/usr/local/lib/polw', 'The program.'),
    ),
    section(
      'EXIT STATUS',
      tagged('0', 'All is well. The service has no other one.'),
      tagged('1', 'A command found something wrong, or could not do what it should.'),
      tagged('64', 'The words on the command line are wrong.'),
    ),
    section(
      'DIAGNOSTICS',
      text(
        'For each mail that is weighed there is one line with all tokens of its score, and for each request one with the action. They are logged with the tag postfix/polw:',
      ),
      example(
        'weighted check:  TOKEN=POINTS ...; <client=NAME[ADDRESS]>',
        '  <helo=NAME> <from=SENDER> <to=RECIPIENT>; rate: SCORE',
        'decided action=ACTION; <client=NAME[ADDRESS]> <helo=NAME>',
        '  <from=SENDER> <to=RECIPIENT>; delay: SECONDSs',
      ),
      paragraph(
        'NAME=ERR(POINTS) is a list that did not answer, NAME=SKIP(POINTS) one that was left out because it failed too often, and LISTS_OFF=POINTS makes up for the lists that are not asked. polw explain says what each token means.',
      ),
      paragraph(
        '"warning:" stands in front of what an administrator should see to: a settings file or a cache that can not be used, a list that refuses us, or a request at another stage than RCPT.',
      ),
    ),
    section(
      'SECURITY',
      text(
        'polw wants an account of its own, which owns nothing but the folder of the cache. It opens no port, and talks to nobody but Postfix, syslog and the name servers. A folder in which others could write, symbolic links, and files of others are refused; the mail is weighed without a cache then. What comes from outside is printable ASCII by the time that it is logged, answered or shown. The keys of DNS lists appear in no reply, header, log line or output.',
      ),
    ),
    section('EXAMPLES', ...examples()),
    section(
      'SEE ALSO',
      `.BR polw.toml (5),\n.BR postconf (1),\n.BR access (5),\n.BR master (5),\n.BR spawn (8),\n.BR smtpd (8)`,
    ),
    section('AUTHORS', text('The polw authors. policyd-weight is by Robert Felber; polw shares no code with it.')),
  ]);
}

function examples() {
  return [
    text('Why was this mail refused?'),
    example("grep 'NOQUEUE: reject: RCPT' /var/log/mail.log | tail -n 1 | polw explain"),
    paragraph('Would that one be?'),
    example(
      'polw explain --client 192.0.2.66 --helo mail.example.org \\',
      '    --from someone@example.org --to you@example.net',
    ),
    paragraph('Forget what is known of a client, whose administrator has corrected the DNS:'),
    example('polw cache forget 192.0.2.66'),
    paragraph('Statistics for Prometheus, from cron(8):'),
    example(
      'polw stats --since 1h --prometheus >/var/lib/node_exporter/polw.new &&',
      '    mv /var/lib/node_exporter/polw.new /var/lib/node_exporter/polw.prom',
    ),
  ];
}

function settingsManual() {
  const entries = Object.entries(SETTINGS);
  return page('POLW.TOML', 5, [
    section('NAME', text('polw.toml - settings of polw')),
    section('SYNOPSIS', '.B /etc/polw.toml'),
    section(
      'DESCRIPTION',
      text(
        'The settings file of polw(8), in TOML. It need not exist: what it leaves out has its default, and "polw defaults" prints a complete file. Each setting stands in one of the tables below. A file that can not be read, that anybody may write to, or that has a mistake, is not used at all: the built-in settings are, and the log and the header say so. "polw check" names each mistake with line and column.',
      ),
      paragraph(
        'A process reads the file when it starts. So a change works for all of them as soon as smtpd(8) has made new connections to polw; "postfix reload" sees to that at once.',
      ),
      paragraph('The kinds of value:'),
      tagged('score', '{ hit = NUMBER, miss = NUMBER }: what is added when a check finds something, and when not.'),
      tagged('time', 'A number of seconds, or a text such as "30s", "10m", "3h" or "1d".'),
      tagged('array of texts', 'Texts in brackets: ["a", "b"].'),
    ),
    section(
      'SETTINGS',
      ...Object.entries(GROUPS).flatMap(([group, explanation]) => [
        subsection(`[${group}]`),
        text(explanation),
        ...entries.filter(([, entry]) => entry.group === group).map(([name, entry]) => setting(name, entry)),
      ]),
    ),
    section(
      'VARIABLES',
      text('In the settings of the table [texts] these words in braces are filled in:'),
      ...Object.entries(VARIABLES).map(([name, explanation]) => tagged(`{${name}}`, `${explanation}.`)),
    ),
    section(
      'DNS LISTS',
      text(`lists: ${SETTINGS.lists.text}`),
      paragraph(
        'If there is no such table, the lists of "polw defaults" are asked; "lists = []" in the first line of the file means none. The parts of a list:',
      ),
      ...Object.entries(LIST_PARTS).map(([name, { text: explanation }]) => tagged(name, explanation)),
      paragraph('The parts of each answer:'),
      ...Object.entries(ANSWER_PARTS).map(([name, { text: explanation }]) => tagged(name, explanation)),
      paragraph(
        'One score of client, sender, helo and client_name there must be. A list that has none for a subject is not asked about it.',
      ),
      paragraph('The lists by default:'),
      ...SETTINGS.lists.default.map(({ name, zone }) => item(`${name} (${zone})`)),
    ),
    section(
      'EXAMPLE',
      example(
        '[decision]',
        'reject_level = 1.5',
        '',
        '[dns]',
        'nameservers = ["127.0.0.1"]',
        '',
        '[texts]',
        'reject_text = "550 5.7.1 Sorry. Ask postmaster@example.org"',
        '',
        '[[lists]]',
        'name = "ZEN"',
        'zone = "zen.spamhaus.org"',
        'miss = -1.5',
        'answers = [',
        '  { match = "127.0.0.2", name = "SBL", client = 4.35 },',
        '  { match = "127.0.0.[4..7]", name = "XBL", client = 4.35 },',
        '  { match = "127.0.0.[10..11]", name = "PBL", client = 3.25, dial_up = true },',
        ']',
      ),
    ),
    section('FILES', tagged('/etc/polw.toml', 'The file, unless polw is started with -f.')),
    section('SEE ALSO', `.BR polw (8)`),
    section('AUTHORS', text('The polw authors.')),
  ]);
}

function setting(name, { kind, default: value, unit, text: explanation }) {
  // A score may be any number.
  const range =
    kind.range === undefined || kind.range[1] >= 1e21
      ? []
      : [kind.range.map((end) => plain(kind.print(end))).join(' to ')];
  const parts = [kind.name, ...(unit === undefined || kind.name === 'time' ? [] : [unit]), ...range];
  const words = `${explanation} Default: ${kind.print(value)}`;
  return `.TP\n.BR ${escaped(name)} " (${quoted(parts.join(', '))})"\n${lines(words)}`;
}

/** A value without its quotes. */
function plain(printed) {
  return printed.replaceAll('"', '');
}

function option({ name, argument, text: explanation }) {
  const dashes = name.length === 1 ? '-' : '--';
  const word = escaped(`${dashes}${name}`);
  const tag = argument === undefined ? `.B ${word}` : `.BI ${word} " ${quoted(argument)}"`;
  return `.TP\n${tag}\n${lines(explanation)}`;
}

/** A whole page. It bears no date, so that it is the same whenever it is made. */
function page(title, number, sections) {
  const heading = `.\\" Made by scripts/man.mjs from the tables of settings and commands.`;
  return `${heading}\n.TH ${title} ${number} "" "polw ${version}" "polw"\n.nh\n.ad l\n${sections.join('\n')}\n`;
}

function section(title, ...parts) {
  return `.SH ${title}\n${parts.join('\n')}`;
}

function subsection(title) {
  return `.SS "${quoted(title)}"`;
}

function text(words) {
  return lines(words);
}

function paragraph(words) {
  return `.PP\n${lines(words)}`;
}

function item(words) {
  return `.IP \\(bu 2\n${lines(words)}`;
}

function tagged(tag, words) {
  return `.TP\n.B "${quoted(tag)}"\n${lines(words)}`;
}

function example(...words) {
  return `.PP\n.nf\n.RS 4\n${words.map((line) => guarded(escaped(line))).join('\n')}\n.RE\n.fi`;
}

/** Text, a sentence to a line. */
function lines(words) {
  return escaped(words)
    .replace(/(?<=[a-z)"][.:]) (?=[A-Z])/g, '\n')
    .split('\n')
    .map(guarded)
    .join('\n');
}

/** What is special to roff, made plain. */
function escaped(words) {
  return words
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('^', '\\(ha')
    .replaceAll('~', '\\(ti')
    .replaceAll('`', '\\(ga')
    .replaceAll('…', '...');
}

/** The same, inside of quotes. */
function quoted(words) {
  return escaped(words).replaceAll('"', '\\(dq');
}

/** A line that begins with a dot is none of roff's. */
function guarded(line) {
  return line.startsWith('.') ? `\\&${line}` : line;
}
