// Where polw differs from the original, on purpose: the one list. README's section "Where polw differs" is checked
// against it, and so is every case that is compared.

import { isPrivate, parseAddress, reversed } from '../../src/dns/address.ts';
import { nameAndParents } from '../../src/dns/name.ts';
import { attributesOf, type Config, type Request, type Scenario } from './scenario.ts';

/** A request, and what came before it on its connection. */
export interface Case {
  readonly scenario: Scenario;
  readonly request: Request;
  readonly attributes: Readonly<Record<string, string>>;
  readonly earlier: readonly Case[];
  /** The zone as it is at this request. */
  readonly zone: Scenario['zone'];
  /** What the original says, and the rate it computed. */
  readonly said: string | null;
  readonly rate: string | undefined;
}

export interface Difference {
  readonly id: string;
  /** One line for the README: what the original does, and what polw does instead. */
  readonly original: string;
  readonly polw: string;
  /** True if it changes what is said, and never which mails are accepted: then further recipients aren't touched. */
  readonly onlyWords?: true;
  /** Which requests it can touch. */
  readonly touches: (c: Case) => boolean;
  /** Whether polw's answer to such a request is the one that is meant. */
  readonly meant: (got: string, c: Case) => boolean;
}

/** The cases of a scenario, with what the original said to each. */
export function casesOf(
  scenario: Scenario,
  said: readonly { action: string | null; rate?: string | undefined }[],
): readonly Case[] {
  const cases: Case[] = [];
  const zone: Record<string, Scenario['zone'][string]> = { ...scenario.zone };
  for (const [index, request] of scenario.requests.entries()) {
    for (const [name, entry] of Object.entries(request.patch ?? {})) {
      if (entry === null) delete zone[name];
      else zone[name] = entry;
    }
    cases.push({
      scenario,
      request,
      attributes: attributesOf(request),
      earlier: [...cases],
      zone: { ...zone },
      said: said[index]?.action ?? null,
      rate: said[index]?.rate,
    });
  }
  return cases;
}

/**
 * The ids of the differences that can touch a case. What touches a mail touches its further recipients too; so does
 * what touched a mail between them, as only the last mails are remembered.
 */
export function differencesOf(c: Case): readonly string[] {
  const first = c.earlier.findIndex((other) => isSameMail(other, c));
  const sinceThen = first < 0 || isAcceptedAlways(c) ? [] : c.earlier.slice(first);
  return DIFFERENCES.filter(
    ({ touches, onlyWords }) => touches(c) || (onlyWords !== true && sinceThen.some(touches)),
  ).map(({ id }) => id);
}

export const DIFFERENCES: readonly Difference[] = [
  {
    id: 'impossible-names',
    original:
      'dies of a name with an empty label or one over 63 octets (`HELO a..b.test`), calls it listed, or waits for an answer that never comes',
    polw: 'such a name does not exist: it is not asked, and never listed',
    touches: (c) =>
      isImpossible(c.attributes.helo_name ?? '') || isImpossible(domainOf(c)) || hasOddCharacters(domainOf(c)),
    meant: isAnswer,
  },
  {
    id: 'other-requests',
    original: 'dies of a request of another type, or of an empty one',
    polw: 'answers `DUNNO`, and goes on',
    touches: (c) => c.attributes.request !== 'smtpd_access_policy',
    meant: (got) => got === 'DUNNO',
  },
  {
    id: 'other-states',
    original: 'weighs a mail at whatever stage it is asked',
    polw: 'answers `DUNNO` at any other stage than RCPT, and says so in the log',
    touches: (c) => !['', 'rcpt'].includes(c.attributes.protocol_state ?? ''),
    meant: (got) => got === 'DUNNO',
  },
  {
    id: 'no-instance',
    original: 'takes mails without an `instance` for one and the same mail',
    polw: 'they are different mails',
    touches: (c) =>
      instanceOf(c) === '' && c.earlier.some((other) => instanceOf(other) === '' && isSameEnvelope(other, c)),
    meant: (got) => !got.includes('multirecipient'),
  },
  {
    id: 'further-recipients',
    onlyWords: true,
    original:
      'tells further recipients of a mail that was refused for its lists, or from the cache, the text of another mail',
    polw: 'tells them the text of this mail',
    touches: (c) => {
      const texts = [c.scenario.config.MAXDNSBLMSG, c.scenario.config.CACHEREJECTMSG].map(String);
      const isOne = (other: Case): boolean => texts.some((text) => beginsWith(other.said, text));
      return isToldAgain(c) && c.earlier.some((other) => isSameMail(other, c) && isOne(other));
    },
    meant: isAnswer,
  },
  {
    id: 'lists-only-again',
    original: 'asks the lists again for each recipient of a mail for which only they count, and adds one more header',
    polw: 'does so for the first recipient',
    touches: (c) => {
      const first = c.earlier.findIndex((other) => isSameMail(other, c));
      return first >= 0 && c.earlier.slice(first).some(({ said }) => (said ?? '').includes('(only DNSBL check'));
    },
    meant: (got) => got === 'DUNNO multirecipient-mail - already accepted by previous query',
  },
  {
    id: 'client-address',
    original: 'weighs a mail whose client has no address, and takes `::ffff:192.0.2.1` for an IPv6 address',
    polw: 'answers `DUNNO` to the one; the other is 192.0.2.1',
    touches: (c) =>
      parseAddress(c.attributes.client_address ?? '') === undefined ||
      /^::ffff:/.test(c.attributes.client_address ?? ''),
    meant: isAnswer,
  },
  {
    id: 'sender-zero',
    original: 'takes the sender `0` for the null sender',
    polw: 'it is a sender like any other',
    touches: (c) => c.attributes.sender === '0',
    meant: (got) => got !== 'DUNNO NULL (<>) Sender',
  },
  {
    id: 'last-at',
    original: 'asks the sender domain lists for what follows the first `@` of the sender',
    polw: 'for what follows the last one, as everywhere',
    touches: (c) =>
      (c.attributes.sender ?? '').split('@').length > 2 &&
      isInSenderList(c) &&
      isWeighed(c) &&
      (isAccepted(c) || askedSenderLists(c)),
    meant: isAnswer,
  },
  {
    id: 'no-domain',
    original: 'asks the sender domain lists for something when the sender has no domain, and may die of it',
    polw: 'does not ask them',
    touches: (c) =>
      !(c.attributes.sender ?? '').includes('@') &&
      (c.attributes.sender ?? '') !== '' &&
      (askedSenderLists(c) || c.said === null),
    meant: isAnswer,
  },
  {
    id: 'number-as-domain',
    original: 'asks the sender domain lists for a domain that ends in a number, such as an address',
    polw: 'does not ask them: to some lists that is an error, and whoever repeats it is shut out',
    touches: (c) =>
      /(^|\.)\d+\.?$/.test(domainOf(c)) && isInSenderList(c) && isWeighed(c) && (isAccepted(c) || askedSenderLists(c)),
    meant: (got) => !got.includes('; in '),
  },
  {
    id: 'address-as-domain',
    original: 'believes a sender whose domain is the address of the client',
    polw: 'such a domain earns nothing by itself',
    touches: (c) => !isV6(c) && domainOf(c) === c.attributes.client_address && isWeighed(c),
    meant: isAnswer,
  },
  {
    id: 'addresses-as-text',
    original:
      'compares addresses and networks as text: `HELO 192.0.2.evil.test` is in the network of 192.0.2.1, and 192.0.2.1 is found in 192.0.2.10',
    polw: 'compares them as addresses',
    touches: (c) =>
      isWeighed(c) && (isIgnoredAsText(c) || ((heloBeginsLikeClient(c) || isPartOfAddress(c)) && !isHostOfSender(c))),
    meant: isAnswer,
  },
  {
    id: 'numeric-helo',
    original:
      'asks for the reverse name of a numeric HELO as if it were a host, and believes a PTR record that comes back',
    polw: 'asks nothing',
    touches: (c) =>
      c.zone[reverseOf(c.attributes.helo_name ?? '')]?.answers !== undefined &&
      isWeighed(c) &&
      !isHostOfSender(c) &&
      (isAccepted(c) ? (c.said ?? '').includes('CL_IP_EQ_HELO_NUMERIC') : isRefusedThoughBelieved(c)),
    meant: (got) => !got.includes('CL_IP_EQ_HELO_NUMERIC'),
  },
  {
    id: 'alias-alone',
    original: 'counts an alias without an address as a listing',
    polw: 'a listing is an address',
    touches: (c) => listNames(c).some((name) => c.zone[name]?.CNAME !== undefined),
    meant: isAnswer,
  },
  {
    id: 'ipv6-not-asked',
    original:
      'asks for IPv6 addresses although the client has an IPv4 address and the name has one too, and counts it as a failure if that goes wrong',
    polw: 'does not ask: nothing depends on it',
    touches: (c) =>
      !isV6(c) &&
      hostsOf(c).some((name) => c.zone[name]?.rcodes?.AAAA !== undefined && c.zone[name]?.rcodes?.A === undefined) &&
      failuresOf(c) >= Number(c.scenario.config.MAXDNSERR ?? 3),
    meant: isAnswer,
  },
  {
    id: 'listed-failures',
    original: 'accepts a mail when three questions about it failed, also of a client that is on a list',
    polw: 'weighs on if the client is listed: it could have its own name servers fail',
    touches: (c) => isListed(c) && isAccepted(c) && / in (\S+|(FROM|HELO) .*) lookups?( for \S+)?$/.test(c.said ?? ''),
    meant: (got) => isAnswer(got) && !/ lookups?( for \S+)?$/.test(got),
  },
  {
    id: 'zero',
    original: 'leaves a rate that should be 0 at 5.55e-17',
    polw: 'a score nearer to 0 than 1e-9 is 0',
    touches: (c) => c.rate !== undefined && Number(c.rate) !== 0 && Math.abs(Number(c.rate)) < 1e-9,
    meant: isAnswer,
  },
  {
    id: 'large-scores',
    onlyWords: true,
    original: 'prints whole scores of 1e15 and more in full',
    polw: 'prints them as `1e+15`',
    touches: (c) =>
      Object.values(c.scenario.config)
        .flat()
        .some((value) => typeof value === 'number' && value >= 1e15),
    meant: (got, c) => got === (c.said ?? '').replace(/=1(0{15,})(?= )/g, (_, zeros: string) => `=1e+${zeros.length}`),
  },
  {
    id: 'written-scores',
    onlyWords: true,
    original: 'prints a score in quotes as it is written: `4.350`, `-.5`',
    polw: 'scores are numbers',
    touches: (c) => oddScores(c).some((written) => (c.said ?? '').includes(`=${written}`)),
    meant: (got, c) =>
      got ===
      oddScores(c).reduce((said, written) => said.replaceAll(tokenEnd(written), `=${Number(written)}`), c.said ?? ''),
  },
  {
    id: 'clean-text',
    original: 'repeats text of the client as it is, at any length',
    polw: 'prints it in printable ASCII; replies have at most 399 characters, headers 990',
    touches: (c) =>
      /[^ -~]/.test(c.said ?? '') || (c.said ?? '').length > (/^(PREPEND|DUNNO)/.test(c.said ?? '') ? 990 : 399),
    meant: (got) => /^[ -~]{1,990}$/.test(got),
  },
  {
    id: 'class-alone',
    onlyWords: true,
    original: 'leaves `rc:` in front of a restriction class if nothing follows it',
    polw: 'always takes it away',
    touches: (c) => /^\s*rc:/.test(c.said ?? ''),
    meant: (got, c) => got === (c.said ?? '').replace(/^\s*rc:\s*/, ''),
  },
  {
    id: 'class-deferred',
    onlyWords: true,
    original: 'puts `DEFER_ACTION` in front of what is left of a restriction class: `450 two` for `rc:one two`',
    polw: 'never defers a restriction class: it decides by itself',
    touches: (c) => {
      const { REJECTMSG, DEFER_ACTION = '450' } = c.scenario.config;
      const deferred = String(REJECTMSG).replace(/^\S* /, `${DEFER_ACTION} `);
      return classOf(REJECTMSG) !== undefined && (c.said ?? '').startsWith(deferred);
    },
    meant: (got, c) => got === classOf(c.scenario.config.REJECTMSG),
  },
  {
    id: 'one-word',
    original: 'cannot defer a mail if the text is one word, and says `REJECT; ...`, which Postfix does not know',
    polw: 'defers it, and says `REJECT ...`',
    touches: (c) => ['REJECTMSG', 'MAXDNSBLMSG'].some((name) => isOneWord(c, name)),
    meant: (got, c) => {
      const { DEFER_ACTION = '450' } = c.scenario.config;
      const [word = '', ...rest] = (c.said ?? '').split(' ');
      // A deferral by the bare code, or by a code and a status, needs a word behind it; one by a word does not.
      if (rest.length === 0) return /^\d{3}( \d\.\d\.\d)? refused$/.test(got) || got === DEFER_ACTION;
      return [word.replace(';', ''), DEFER_ACTION].some((first) => got === [first, ...rest].join(' '));
    },
  },
  {
    id: 'trace-settings',
    onlyWords: true,
    original: 'puts addresses into the header with `$DEBUG`',
    polw: 'shows such things at the shell: `polw -d`',
    touches: (c) => c.scenario.config.DEBUG !== undefined,
    meant: (got, c) => got === (c.said ?? '').replace(/ <helo_ips: [^>]*>/, ''),
  },
  {
    id: 'cache-without-domain',
    original: 'keeps all senders without a domain under one key, and refuses their client as a whole',
    polw: 'keeps each for itself',
    touches: (c) =>
      isCached(c) &&
      c.earlier.some((other) => isSameClient(other, c) && other.attributes.sender?.includes('@') === false),
    meant: isAnswer,
  },
  {
    id: 'cache-drops-listed',
    original: 'goes on to accept a known sender without a check after its client was listed or refused',
    polw: 'a listing or a refusal ends that',
    touches: (c) =>
      isCached(c) && [...c.earlier, c].some((other) => isSameClient(other, c) && isKnown(other) && isListed(other)),
    meant: isAnswer,
  },
  {
    id: 'cache-rate-zero',
    original: 'keeps a rate of 0 as nothing',
    polw: '0 is 0',
    touches: (c) => /rate:(hard:)? $/.test(c.said ?? ''),
    meant: (got, c) => got === `${c.said ?? ''}0`,
  },
  {
    id: 'cache-blank-sender',
    original: 'never keeps a sender with a blank in it, and waits 4 s for it',
    polw: 'keeps it like any other',
    touches: (c) => isCached(c) && / /.test(c.attributes.sender ?? ''),
    meant: isAnswer,
  },
];

/** The list as a table in Markdown. */
export function differencesTable(): string {
  const rows = DIFFERENCES.map(({ id, original, polw }) => `| ${id} | ${original} | ${polw} |`);
  return ['| id | policyd-weight | polw |', '|---|---|---|', ...rows].join('\n');
}

function isAnswer(got: string): boolean {
  return /^[ -~]+$/.test(got);
}

function domainOf(c: Case): string {
  const sender = c.attributes.sender ?? '';
  return sender.includes('@') ? sender.slice(sender.lastIndexOf('@') + 1) : '';
}

function instanceOf(c: Case): string {
  return c.attributes.instance ?? '';
}

function strippedSender(c: Case): string {
  const sender = c.attributes.sender ?? '';
  const at = sender.lastIndexOf('@');
  const tag = sender.search(/[+-]/);
  return tag >= 0 && tag < at ? sender.slice(0, tag) + sender.slice(at) : sender;
}

function isSameClient(a: Case, b: Case): boolean {
  return (
    parseAddress(a.attributes.client_address ?? '')?.text === parseAddress(b.attributes.client_address ?? '')?.text
  );
}

function isSameEnvelope(a: Case, b: Case): boolean {
  return isSameClient(a, b) && strippedSender(a) === strippedSender(b);
}

/** True for what is accepted before anything is remembered: the null sender, and some recipients. */
function isAcceptedAlways(c: Case): boolean {
  return strippedSender(c) === '' || /^(postmaster|abuse)@/.test(c.attributes.recipient ?? '');
}

function isSameMail(a: Case, b: Case): boolean {
  return instanceOf(a) === instanceOf(b) && instanceOf(a) !== '' && isSameEnvelope(a, b);
}

function isV6(c: Case): boolean {
  return parseAddress(c.attributes.client_address ?? '')?.family === 6;
}

function isImpossible(name: string): boolean {
  const labels = name.replace(/\.$/, '').split('.');
  if (/[[\]]/.test(name) || /^\.*$/.test(name)) return false;
  return name.length > 253 || labels.some((label) => label.length > 63) || (labels.length > 1 && labels.includes(''));
}

function hasOddCharacters(domain: string): boolean {
  return /[^a-z0-9_.:[\]-]/.test(domain);
}

/** True if HELO begins like the client's address, and no host of the mail has an address that does. */
function heloBeginsLikeClient(c: Case): boolean {
  const octets = (c.attributes.client_address ?? '').split('.');
  const helo = c.attributes.helo_name ?? '';
  if (octets.length !== 4 || parseAddress(helo) !== undefined) return false;
  const network = [3, 2].map((count) => `${octets.slice(0, count).join('.')}.`).find((part) => helo.startsWith(part));
  return network !== undefined && !addressesOf(c).some((address) => address.startsWith(network));
}

/** True if an address of a host of the sender holds the client's, or its network, other than as an address. */
function isPartOfAddress(c: Case): boolean {
  const client = c.attributes.client_address ?? '';
  const network = client.slice(0, client.lastIndexOf('.') + 1);
  if (isV6(c)) return false;
  return addressesOf(c).some(
    (address) =>
      (address.includes(client) && address !== client) || (address.includes(network) && !address.startsWith(network)),
  );
}

/** True if an address of the sender domain holds the beginning of a private one, and such are to be ignored. */
function isIgnoredAsText(c: Case): boolean {
  if (Number(c.scenario.config.IGNORE_RFC1918_A ?? 0) !== 1) return false;
  const addresses = nameAndParents(domainOf(c)).flatMap((name) => c.zone[name]?.A ?? []);
  return addresses.some(
    (address) => /127\.|192\.168\.|10\.|172\.(?:1[6-9]|2\d|3[01])\./.test(address) && !isPrivate(address),
  );
}

/** The IPv4 addresses of all hosts that the mail names. */
function addressesOf(c: Case): readonly string[] {
  return hostsOf(c).flatMap((name) => c.zone[name]?.A ?? []);
}

/** The hosts that may be asked for: of the sender domain, of HELO, and of their parents. */
function hostsOf(c: Case): readonly string[] {
  return [domainOf(c), (c.attributes.helo_name ?? '').replace(/\.$/, '')].flatMap((domain) => hostsOfDomain(c, domain));
}

/** A domain, its parents of two labels or more, and the exchanges of all of them. */
function hostsOfDomain(c: Case, domain: string): readonly string[] {
  const names = nameAndParents(domain);
  const exchanges = names.flatMap((name) => c.zone[name]?.MX ?? []).map(([, exchange]) => exchange);
  return [...names, ...exchanges.map((exchange) => exchange.replace(/\.$/, ''))];
}

/** How many questions about the mail can fail. */
function failuresOf(c: Case): number {
  const senderLists = rowsOf(c, 'rhsbl_score').map((zone) => `${domainOf(c)}.${zone}`);
  return [...new Set([...hostsOf(c), ...senderLists])]
    .map((name) => (c.zone[name]?.rcode === undefined ? Object.keys(c.zone[name]?.rcodes ?? {}).length : 3))
    .reduce((sum, count) => sum + count, 0);
}

/** False where the original never came to look at sender and HELO. */
function isWeighed(c: Case): boolean {
  const said = c.said ?? '';
  const text = String(c.scenario.config.MAXDNSBLMSG ?? '');
  const isFurther = c.earlier.some((other) => isSameMail(other, c) && !isAcceptedAlways(other));
  return (
    !isFurther && !beginsWith(said, text) && !said.includes('only DNSBL check') && !said.startsWith('DUNNO mail for')
  );
}

/** True if the sender domain, or a parent of it, has the address of the client. */
function isHostOfSender(c: Case): boolean {
  const addresses = hostsOfDomain(c, domainOf(c)).flatMap((name) => c.zone[name]?.A ?? []);
  return addresses.includes(c.attributes.client_address ?? '');
}

function isCached(c: Case): boolean {
  return Number(c.scenario.config.CACHESIZE) > 0 || Number(c.scenario.config.POSCACHESIZE) > 0;
}

/** True if a sender domain list knows the domain, whatever is taken for it. */
function isInSenderList(c: Case): boolean {
  const sender = c.attributes.sender ?? '';
  const domains = [domainOf(c), sender.slice(sender.indexOf('@') + 1)];
  return rowsOf(c, 'rhsbl_score').some((zone) => domains.some((domain) => c.zone[`${domain}.${zone}`] !== undefined));
}

/** True if the sender domain lists had a say in what the original answered. */
function askedSenderLists(c: Case): boolean {
  const said = c.said ?? '';
  return rowsOf(c, 'rhsbl_score').some((zone) => said.includes(`; in ${zone}`) || said.includes(`in ${zone} lookups`));
}

/** What a score gives on a miss. */
function scoreOf(c: Case, name: string, usual: number): number {
  const pair = c.scenario.config[name];
  return Array.isArray(pair) ? Number(pair[1]) : usual;
}

/** True for a refusal that would be another one if the original hadn't believed the numeric HELO. */
function isRefusedThoughBelieved(c: Case): boolean {
  // Then it is refused either way, in the same words but for the lists of the sender domain, asked below a score.
  if ((c.said ?? '').includes('please relay') && !isInSenderList(c)) return false;
  const scores = [scoreOf(c, 'helo_from_mx_eq_ip_score', -3.1), scoreOf(c, 'helo_ip_in_client_subnet', -1.2)];
  return isListed(c) || isWithinReach(c, ...scores);
}

/** True if the mail may be decided otherwise when these scores are counted otherwise. */
function isWithinReach(c: Case, ...scores: readonly number[]): boolean {
  const { REJECTLEVEL = 1, DEFER_LEVEL = 5 } = c.scenario.config;
  const reach = scores.reduce((sum, score) => sum + Math.abs(score), 0);
  return Number(c.rate) < Math.max(Number(REJECTLEVEL), Number(DEFER_LEVEL)) + reach;
}

function reverseOf(address: string): string {
  return `${address.replace(/[[\]]/g, '').split('.').reverse().join('.')}.in-addr.arpa`;
}

function listNames(c: Case): readonly string[] {
  const client = parseAddress(c.attributes.client_address ?? '');
  return client === undefined ? [] : rowsOf(c, 'dnsbl_score').map((zone) => `${reversed(client)}.${zone}`);
}

/** The zones of a list setting. */
function rowsOf(c: Case, setting: 'dnsbl_score' | 'rhsbl_score'): readonly string[] {
  const rows = c.scenario.config[setting];
  return Array.isArray(rows) ? rows.filter((_, index) => index % 4 === 0).map(String) : [];
}

function oddScores(c: Case): readonly string[] {
  return Object.values(c.scenario.config)
    .flat()
    .filter(
      (value) =>
        typeof value === 'string' && /^-?\d*\.?\d*$/.test(value) && value !== '' && String(Number(value)) !== value,
    )
    .map(String);
}

/** A written score, and not one that begins like it. */
function tokenEnd(written: string): RegExp {
  return new RegExp(`=${written.replace(/[.]/g, '\\.')}(?=[ ;]|$)`, 'g');
}

function beginsWith(said: string | null, text: string): boolean {
  return said !== null && text !== '' && (said.startsWith(text) || said === classOf(text));
}

/** The restriction class that a text names. */
function classOf(text: Config[string] | undefined): string | undefined {
  return /^\s*rc:\s*([^\s,;.]+)/.exec(String(text))?.[1];
}

/** True if the original says what it said before: a class is cut off from the words behind it. */
function isToldAgain(c: Case): boolean {
  const said = c.said ?? '';
  return said.endsWith('(multirecipient mail)') || said === classOf(c.scenario.config.REJECTMSG);
}

/** True if the text is one word, and polw defers the mail, or has to take away what the original put behind it. */
function isOneWord(c: Case, name: string): boolean {
  const text = String(c.scenario.config[name] ?? '');
  if (!/^\w+$/.test(text)) return false;
  const { DEFER_LEVEL = 5, DEFER_STRING } = c.scenario.config;
  const couldBeDeferred = Number(c.rate) < Number(DEFER_LEVEL) && DEFER_STRING !== '';
  return (c.said === text && couldBeDeferred) || (c.said ?? '').startsWith(`${text};`);
}

/** True if the client and sender domain were accepted before. */
function isKnown(c: Case): boolean {
  return c.earlier.some((other) => isSameClient(other, c) && domainOf(other) === domainOf(c) && isAccepted(other));
}

function isAccepted(c: Case): boolean {
  return /^(PREPEND|DUNNO )/.test(c.said ?? '');
}

/** True if a list with a positive score has the client at this time. */
function isListed(c: Case): boolean {
  const rows = c.scenario.config.dnsbl_score;
  if (!Array.isArray(rows)) return false;
  return listNames(c).some((name, index) => c.zone[name]?.A !== undefined && Number(rows[index * 4 + 1]) > 0);
}
