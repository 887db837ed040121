// One generated mail: who sends it from where with which HELO, and what the DNS knows about all of them. Each kind
// stands in a table with its weight. The order of the draws is part of the generator: a seed means the same mails only
// as long as it stays.

import type { Request } from './scenario.ts';
import { reversed, reverseName, type World } from './world.ts';

/** What a theme may fix about a mail; all else is drawn. */
export interface Wishes {
  readonly family?: 4 | 6;
  /** A kind of the tables below. */
  readonly domain?: string;
  readonly from?: string;
  readonly helo?: string;
  readonly ptr?: string;
  readonly clientName?: string;
  readonly local?: string;
  readonly recipient?: string;
  /** HELO belongs to the sender domain. */
  readonly same?: boolean;
  /** In how many lists the client is, or in which. */
  readonly hits?: number;
  readonly lists?: readonly string[];
  readonly senderListed?: boolean;
  readonly upper?: boolean;
  readonly nullSender?: boolean;
  readonly instance?: string;
  /** Called when all is there but the request itself. */
  readonly change?: (mail: Mail) => void;
}

/** A mail in the making. */
export interface Mail {
  readonly world: World;
  readonly family: 4 | 6;
  readonly client: string;
  /** The client's address, its parts joined as in names of dial-up lines. */
  readonly spelt: string;
  domain: string;
  /** The exchange that the domain would have by its name. */
  readonly exchange: string;
  readonly heloDomain: string;
  readonly hostLabel: string;
  helo: string;
  readonly features: string[];
}

type Kinds<Made> = Readonly<Record<string, readonly [weight: number, make: Made]>>;

const DOMAINS: Kinds<(name: string, world: World) => string> = {
  plain: [30, (name) => `${name}.test`],
  sub: [14, (name) => `news.${name}.test`],
  subsub: [8, (name, { random }) => `a${random.int(1, 9)}.news.${name}.test`],
  deep: [3, (name) => `a.b.c.${name}.test`],
  cctld2: [5, (name, { random }) => `${name}.${random.pick(['co', 'ac'])}.zz`],
  cctld3: [5, (name, { random }) => `${name}.${random.pick(['com', 'org', 'net'])}.zz`],
  subcctld2: [3, (name) => `post.${name}.co.zz`],
  subcctld3: [3, (name) => `post.${name}.com.zz`],
  real: [
    3,
    (name, { random }) =>
      random.pick([
        `${name}.example.com`,
        `${name}.example.co.uk`,
        'example.com.br',
        'post.example.com.br',
        'example.co.uk',
      ]),
  ],
  short: [2, (name, { random }) => `${name}.${random.pick(['qz', 'xq'])}.zz`],
  long: [4, (name) => `${name}.example`],
  sublong: [2, (name) => `mailer.${name}.invalid`],
  digit: [1, (name) => `${name}.zone9`],
  single: [1, (name) => name],
  idn: [1, (name) => `xn--${name}.xn--zckzah`],
};
export const DOMAIN_WEIGHTS = weightsOf(DOMAINS);
const HELO_DOMAIN_WEIGHTS = { plain: 6, sub: 3, cctld2: 1, cctld3: 1, long: 1 };

const DIALUP_LABELS = ['dsl-pool7', 'ppp12', 'dialin3', 'cable-77', 'dyn9', 'client44'];

/** HELO, and what the DNS says about it. */
const HELOS: Kinds<(mail: Mail) => string> = {
  a_eq: [22, (mail) => hostAt(mail, mail.client)],
  a_24: [8, (mail) => hostAt(mail, mail.world.near(mail.client, 24))],
  a_16: [8, (mail) => hostAt(mail, mail.world.near(mail.client, 16))],
  a_other: [12, (mail) => hostAt(mail, otherAddress(mail))],
  mx_eq: [4, (mail) => hostWithExchange(mail, mail.client)],
  nodns: [10, (mail) => hostOf(mail)],
  literal_own: [4, ({ client }) => `[${client}]`],
  literal_other: [2, ({ world }) => `[${world.v4()}]`],
  literal_bad: [
    1,
    ({ world }) => world.random.pick(['[999.1.2.3]', '[1.2.3]', '[192.0.2.1', '192.0.2.1]', '[localhost]']),
  ],
  numeric_own: [3, ({ client }) => client],
  numeric_24: [2, ({ world, client }) => world.near(client, 24)],
  numeric_16: [2, ({ world, client }) => world.near(client, 16)],
  numeric_other: [2, otherAddress],
  dialup_a_eq: [
    4,
    (mail) => {
      const labels = [...DIALUP_LABELS, 'x.dip', 'revip5', 'reverse-home'];
      return hostAt(mail, mail.client, mail.world.random.pick(labels));
    },
  ],
  dialup_ip_a_eq: [3, (mail) => hostAt(mail, mail.client, `host-${mail.spelt}`)],
  dialup_nodns: [4, (mail) => perhapsElsewhere(mail, mail.world.random.pick([...DIALUP_LABELS, 'a.dip']))],
  dialup_ip_nodns: [3, (mail) => perhapsElsewhere(mail, `host-${mail.spelt}`)],
  dialup_mailname: [
    2,
    (mail) => {
      const { random } = mail.world;
      const labels = [
        'mail.dsl-7',
        'mx.dyn3',
        'static-ppp4',
        'dsl-stat5',
        'unstat-dsl6',
        'dedicated.dyn1',
        'smtp-client2',
      ];
      const label = random.pick(labels);
      return hostAt(mail, random.chance(0.6) ? mail.client : otherAddress(mail), label);
    },
  ],
  single: [2, ({ world }) => world.random.pick(['localhost', 'friend', 'win-k3j2', world.organisation()])],
  empty: [1, () => ''],
  parent_a_eq: [
    3,
    (mail) => {
      mail.world.putAddress(mail.heloDomain, mail.client);
      return hostOf(mail, `${mail.hostLabel}.inner`);
    },
  ],
  parent_mx_eq: [
    2,
    (mail) => {
      putExchangeAt(mail, mail.heloDomain, `in.${mail.heloDomain}`, mail.client);
      return hostOf(mail, `${mail.hostLabel}.inner`);
    },
  ],
  prefix24: [
    1,
    (mail) =>
      mail.client.includes(':')
        ? hostOf(mail, 'x')
        : hostOf(
            mail,
            mail.client
              .split('.')
              .slice(0, mail.world.random.pick([2, 3]))
              .join('.'),
          ),
  ],
  cname: [
    1,
    (mail) => {
      const { world, heloDomain } = mail;
      world.entry(hostOf(mail)).CNAME = `real.${heloDomain}.`;
      world.putAddress(`real.${heloDomain}`, world.random.chance(0.6) ? mail.client : otherAddress(mail));
      return hostOf(mail);
    },
  ],
  ptrhost: [3, (mail) => hostOf(mail)],
  mx_private: [1, (mail) => hostWithExchange(mail, '192.168.1.5')],
  underscore: [
    1,
    (mail) => {
      const helo = hostOf(mail, 'my_mail_host');
      return mail.world.random.chance(0.5) ? hostAt(mail, mail.client, 'my_mail_host') : helo;
    },
  ],
  trailing_dot: [1, (mail) => `${hostAt(mail, mail.client)}.`],
  v6literal: [1, ({ family, client }) => (family === 6 ? `[ipv6:${client}]` : '[ipv6:2001:db8::25]')],
  a_multi: [
    2,
    (mail) => {
      hostAt(mail, otherAddress(mail));
      const helo = hostAt(mail, mail.client);
      return mail.world.random.chance(0.5) ? hostAt(mail, otherAddress(mail)) : helo;
    },
  ],
  junk: [
    1,
    ({ world, heloDomain: name }) =>
      world.random.pick([`${name}.`, `-${name}`, `a b.${name}`, `${name};x`, '.', '..', `${name}/x`, `"${name}"`]),
  ],
  numeric_ptr: [
    1,
    ({ world, family, client, heloDomain }) => {
      const pointer = { type: 'PTR', data: `ptr.${heloDomain}.` } as const;
      if (family === 4) world.entry(reverseName(client)).answers = { A: [pointer] };
      return client;
    },
  ],
};

/** What the DNS says about the sender domain. Some change that domain. */
const SENDERS: Kinds<(mail: Mail) => void> = {
  mx_eq: [14, (mail) => exchangeAt(mail, mail.client)],
  a_eq: [8, ({ world, domain, client }) => world.putAddress(domain, client)],
  mx_24: [6, (mail) => exchangeAt(mail, mail.world.near(mail.client, 24))],
  mx_16: [5, (mail) => exchangeAt(mail, mail.world.near(mail.client, 16))],
  mx_other: [
    26,
    (mail) => {
      exchangeAt(mail, otherAddress(mail));
      if (!mail.world.random.chance(0.3)) return;
      const address = otherAddress(mail);
      mail.world.putExchange(mail.domain, `mx2.${mail.domain}.`, 20);
      mail.world.putAddress(`mx2.${mail.domain}`, address);
    },
  ],
  a_other: [6, (mail) => mail.world.putAddress(mail.domain, otherAddress(mail))],
  none: [8, () => {}],
  known_none: [2, ({ world, domain }) => void world.entry(domain)],
  mx_noa: [
    3,
    (mail) => {
      mail.world.putExchange(mail.domain, `${mail.exchange}.`);
      perhapsOwnAddress(mail);
    },
  ],
  mx_private: [
    4,
    (mail) => {
      const addresses = ['10.1.2.3', '192.168.0.9', '172.16.4.4', '172.31.255.1', '127.0.0.1', '172.20.0.1'];
      exchangeAt(mail, mail.world.random.pick(addresses));
      perhapsOwnAddress(mail);
    },
  ],
  mx_loop: [
    1,
    (mail) => exchangeAt(mail, mail.world.random.pick(['127.0.0.1', '172.32.0.1', '0.0.0.0', '169.254.1.1'])),
  ],
  a_private: [
    2,
    ({ world, domain }) =>
      world.put(domain, 'A', world.random.pick(['10.9.8.7', '192.168.44.1', '127.0.0.1', '172.17.0.1'])),
  ],
  mx_mixed: [2, (mail) => exchangeAt(mail, otherAddress(mail), '10.2.3.4')],
  nullmx: [2, ({ world, domain }) => world.putExchange(domain, '.', 0)],
  subparent_eq: [
    4,
    (mail) => {
      const parent = mail.domain;
      setDomain(mail, `bounce.${parent}`);
      if (mail.world.random.chance(0.5)) putExchangeAt(mail, parent, `mx.${parent}`, mail.client);
      else mail.world.putAddress(parent, mail.client);
    },
  ],
  subparent_other: [
    6,
    (mail) => {
      const parent = mail.domain;
      setDomain(mail, `bounce.${mail.world.random.chance(0.3) ? 'x.' : ''}${parent}`);
      putExchangeAt(mail, parent, `mx.${parent}`, otherAddress(mail));
    },
  ],
  mx_cname: [
    1,
    (mail) => {
      const { world, domain } = mail;
      world.putExchange(domain, `${mail.exchange}.`);
      world.entry(mail.exchange).CNAME = `real.${domain}.`;
      world.putAddress(`real.${domain}`, world.random.chance(0.5) ? mail.client : otherAddress(mail));
    },
  ],
  mx_manyx: [
    1,
    ({ world, domain, client }) => {
      for (let number = 0; number < 14; number++) {
        world.putExchange(domain, `exchange-host-number-${number}.${domain}.`, number * 5);
      }
      world.putAddress(`exchange-host-number-9.${domain}`, client);
    },
  ],
  literal_own: [1, (mail) => setDomain(mail, `[${mail.client}]`)],
  ipdomain_own: [1, (mail) => setDomain(mail, mail.client)],
  ipdomain_other: [1, (mail) => setDomain(mail, otherAddress(mail))],
  // The sender has no domain at all.
  noat: [1, () => {}],
  mx_helo_domain: [
    4,
    (mail) => {
      const { world, heloDomain } = mail;
      const address = world.random.chance(0.3) ? world.near(mail.client, 16) : otherAddress(mail);
      putExchangeAt(mail, mail.domain, `mxin.${heloDomain}`, address);
    },
  ],
  txtonly: [1, ({ world, domain }) => world.put(domain, 'TXT', 'v=spf1 -all')],
  mx_a_both: [
    2,
    (mail) => {
      exchangeAt(mail, otherAddress(mail));
      mail.world.putAddress(mail.domain, mail.client);
    },
  ],
  mx_literal: [
    1,
    ({ world, domain, client }) => world.putExchange(domain, client.includes(':') ? `mx.${domain}.` : `${client}.`),
  ],
};

/** The reverse names of the client. */
const REVERSE_NAMES: Kinds<(mail: Mail) => readonly string[]> = {
  none: [20, () => []],
  eq_helo: [12, (mail) => [heloHost(mail) ?? hostOf(mail, 'box')]],
  helo_domain: [12, (mail) => [hostOf(mail, 'gate7')]],
  dialup: [
    8,
    ({ world: { random } }) => {
      const labels = ['dsl7', 'ppp-1', 'dialin', 'cable3', 'dyn-5', 'client9', 'p1.dip0', 'reverse-ip', 'rev9home'];
      return [`${random.pick(labels)}.isp${random.int(1, 9)}.test`];
    },
  ],
  dialup_ip: [6, ({ world: { random }, spelt }) => [`host-${spelt.replace(/_/g, '-')}.isp${random.int(1, 9)}.test`]],
  dialup_mail: [
    4,
    ({ world: { random } }) => [
      `${random.pick(['mail', 'smtp', 'static-', 'mx.', 'x.dedicated-'])}dsl${random.int(1, 9)}.isp.test`,
    ],
  ],
  other: [
    16,
    ({ world: { random } }) => [
      `${random.pick(['web', 'node', 'vm', 'srv'])}${random.int(1, 9)}.hoster${random.int(1, 9)}.test`,
    ],
  ],
  from_domain: [
    8,
    (mail) => {
      const { domain, heloDomain, features } = mail;
      const usable = /^[a-z0-9.-]+$/i.test(domain) && !features.some((feature) => feature.startsWith('from:noat/'));
      return [`out9.${usable ? domain : heloDomain}`];
    },
  ],
  multi: [
    4,
    (mail) => {
      const helo = heloHost(mail);
      return ['a.hoster.test', 'dyn5.isp.test', ...(helo === undefined ? [] : [helo])];
    },
  ],
  upper: [1, (mail) => [(heloHost(mail) ?? hostOf(mail, 'box')).toUpperCase()]],
  helo_in_rev: [2, ({ heloDomain }) => [`${heloDomain.split('.')[0]}.hosting.test`]],
  rev_in_helo: [3, (mail) => [`node3.${heloHost(mail)?.split('.')[0]?.toLowerCase() ?? 'box'}.test`]],
  known_none: [
    1,
    ({ world, client }) => {
      world.entry(reverseName(client));
      return [];
    },
  ],
};
const REVERSE_WEIGHTS_OF_PTRHOST = { eq_helo: 3, helo_domain: 1 };

/** What Postfix says is the client's name. */
const CLIENT_NAMES: Kinds<(mail: Mail, reverse: string | undefined) => string> = {
  unknown: [30, () => 'unknown'],
  ptr: [55, (_, reverse) => reverse ?? 'unknown'],
  from: [6, ({ domain }) => `relay3.${domain}`],
  other: [6, ({ world }) => `pool5.trusted${world.random.int(1, 5)}.test`],
  empty: [1, () => ''],
  helo: [2, ({ helo }) => helo || 'unknown'],
};

const LOCAL_PARTS: Kinds<(usual: string, world: World) => string> = {
  plain: [44, (usual) => usual],
  random: [12, (_, { random }) => random.pick(['xkcdfgt', 'qwrtpl', 'hbcdfgjx', 'a.bcdfg1', 'zxcvbnm', 'mnbvcxz77'])],
  vowel: [6, (_, { random }) => random.pick(['aeiou', 'queeeue', 'xaaaay', 'ieoua9'])],
  nobody: [6, () => 'nobody'],
  anonymous: [4, () => 'anonymous'],
  tag: [5, (usual, { random }) => `${usual}+${random.pick(['list', 'bcdfgh', 'tag-7', 'nobody'])}`],
  dash: [4, (usual, { random }) => `${usual}-${random.pick(['request', 'bounces', 'zxcvbn'])}`],
  digits: [5, (usual, { random }) => `${usual}${random.int(100, 99999)}`],
  tagonly: [1, () => '+tag'],
  quoted: [1, () => '"a b"'],
  twoat: [1, () => 'a@b'],
  xnobody: [1, () => 'x-nobody'],
};

const RECIPIENTS: Kinds<(usual: string) => string> = {
  plain: [96, (usual) => usual],
  postmaster: [1, () => 'postmaster@local.test'],
  abuse: [1, () => 'abuse@local.test'],
  xpostmaster: [1, () => 'x-postmaster@local.test'],
  none: [0.5, () => ''],
};

/** Makes a mail: its request, and all of it that the zone knows. */
export function makeRequest(world: World, wishes: Wishes = {}): Request {
  const { random } = world;
  const mail = beginMail(world, wishes);
  const { features } = mail;
  const hasDomain = !features.some((feature) => feature.startsWith('from:noat/'));

  const reverseNames = makeReverseNames(mail, wishes);
  const clientNameKind = wishes.clientName ?? random.choose(weightsOf(CLIENT_NAMES));
  features.push(`client:${clientNameKind}`);
  let clientName = makerOf(CLIENT_NAMES, clientNameKind)(mail, reverseNames[0]);

  const localKind = wishes.local ?? random.choose(weightsOf(LOCAL_PARTS));
  const usual = random.pick(['anna', 'bert', 'info', 'sales', 'j.doe', 'news', 'root', 'www', 'otto', 'office']);
  const local = makerOf(LOCAL_PARTS, localKind)(usual, world);
  features.push(`local:${localKind}`);
  let sender = hasDomain ? `${local}@${mail.domain}` : random.pick(['mailer-daemon', 'root', 'justauser', '0']);
  if (wishes.nullSender === true) sender = '';

  const recipientKind = wishes.recipient ?? random.choose(weightsOf(RECIPIENTS));
  const usualRecipient = `${random.pick(['user', 'sales', 'kim'])}${random.int(1, 99)}@local.test`;
  const recipient = makerOf(RECIPIENTS, recipientKind)(usualRecipient);
  if (recipientKind !== 'plain') features.push(`rcpt:${recipientKind}`);

  listClient(mail, wishes);
  listSender(mail, wishes);
  wishes.change?.(mail);

  if (wishes.upper ?? random.chance(0.1)) {
    mail.helo = mail.helo.toUpperCase();
    sender = random.chance(0.5)
      ? sender.toUpperCase()
      : sender.replace(/(?:^|@|\.)[a-z]/g, (beginning) => beginning.toUpperCase());
    if (random.chance(0.5)) clientName = clientName.toUpperCase();
    features.push('upper');
  }
  const attrs = {
    request: 'smtpd_access_policy',
    protocol_state: 'RCPT',
    protocol_name: 'ESMTP',
    client_address: mail.client,
    client_name: clientName,
    reverse_client_name: reverseNames[0] ?? 'unknown',
    helo_name: mail.helo,
    sender,
    recipient,
    instance: wishes.instance ?? makeInstance(world),
    queue_id: '',
  };
  return { feat: features.join(' '), attrs };
}

/** The same request once more, with changes: a further recipient, for instance. */
export function repeat(request: Request, changes: Readonly<Record<string, string>> = {}): Request {
  return { feat: `repeat ${Object.keys(changes).join(',')}`, attrs: { ...request.attrs, ...changes } };
}

/** The client, the sender domain and HELO, each with its part of the zone. */
function beginMail(world: World, wishes: Wishes): Mail {
  const { random } = world;
  const family = wishes.family ?? (random.chance(0.08) ? 6 : 4);
  const client = family === 6 ? world.v6() : random.chance(0.02) ? privateAddress(world) : world.v4();

  const domainKind = wishes.domain ?? random.choose(DOMAIN_WEIGHTS);
  const domain = makeDomain(world, domainKind);
  const fromKind = wishes.from ?? random.choose(weightsOf(SENDERS));
  const heloKind = wishes.helo ?? random.choose(weightsOf(HELOS));
  const same = wishes.same ?? random.chance(heloKind.startsWith('numeric') ? 0 : 0.4);
  const heloDomain = same && domain.includes('.') ? domain : makeDomain(world, random.choose(HELO_DOMAIN_WEIGHTS));

  const mail: Mail = {
    world,
    family,
    client,
    spelt: client.includes(':') ? client.replace(/:+/g, '-') : client.split('.').join(random.pick(['-', '.', '_'])),
    domain,
    exchange: `mx.${domain}`,
    heloDomain,
    hostLabel: random.pick(['mail', 'mx1', 'smtp-out', 'gate', 'relay', 'out1', 'box', 'srv2']),
    helo: '',
    features: [`from:${fromKind}/${domainKind}`, `helo:${heloKind}`, ...(same ? ['same-domain'] : [])],
  };
  mail.helo = makerOf(HELOS, heloKind)(mail);
  makerOf(SENDERS, fromKind)(mail);
  return mail;
}

function makeReverseNames(mail: Mail, wishes: Wishes): readonly string[] {
  const { world, features } = mail;
  const weights = features.includes('helo:ptrhost') ? REVERSE_WEIGHTS_OF_PTRHOST : weightsOf(REVERSE_NAMES);
  const kind = wishes.ptr ?? world.random.choose(weights);
  features.push(`ptr:${kind}`);
  const names = makerOf(REVERSE_NAMES, kind)(mail);
  for (const name of names) world.put(reverseName(mail.client), 'PTR', `${name}.`);
  return names;
}

function listClient({ world, client, features }: Mail, wishes: Wishes): void {
  const { random } = world;
  const zones = zonesOf(world.config.dnsbl_score);
  const hits = wishes.hits ?? drawHits(world, zones.length);
  const shuffled = zones
    .map((zone) => ({ zone, place: random.next() }))
    .sort((a, b) => a.place - b.place)
    .map(({ zone }) => zone);
  const listing = wishes.lists ?? shuffled.slice(0, hits);
  for (const zone of listing) {
    const answers = [['127.0.0.2'], ['127.0.0.2'], ['127.0.0.4', '127.0.0.10'], ['127.255.255.254']];
    world.put(`${reversed(client)}.${zone}`, 'A', ...random.pick(answers));
  }
  const known = random.chance(0.05);
  if (known && listing.length === 0) world.put(`${reversed(client)}.${zones[0]}`, 'TXT', 'text only');
  if (listing.length > 0) features.push(`bl:${listing.length}`);
}

function drawHits({ random }: World, most: number): number {
  if (random.chance(0.55)) return 0;
  if (random.chance(0.65)) return 1;
  return random.chance(0.6) ? 2 : most;
}

function listSender({ world, domain, features }: Mail, wishes: Wishes): void {
  const { random } = world;
  if (!(wishes.senderListed ?? random.chance(0.3))) return;
  for (const [index, zone] of zonesOf(world.config.rhsbl_score).entries()) {
    const listed = index === 0 || random.chance(0.5);
    if (!listed || !/^[a-z0-9.-]+$/i.test(domain)) continue;
    world.put(`${domain}.${zone}`, 'A', '127.0.0.2');
    features.push('rhs');
  }
}

function makeInstance({ random, serial }: World): string {
  const queue = (4096 + serial.last * 37).toString(16);
  return `${queue}.5f${random.int(4096, 65535).toString(16)}.${random.int(0, 9)}`;
}

function makeDomain(world: World, kind: string): string {
  return makerOf(DOMAINS, kind)(world.organisation(), world);
}

function privateAddress({ random }: World): string {
  return `10.${random.int(0, 255)}.${random.int(0, 255)}.${random.int(1, 254)}`;
}

/** An address of the client's family that is not the client's. */
function otherAddress({ world, family, client }: Mail): string {
  for (;;) {
    const address = family === 6 ? world.v6() : world.v4();
    if (address !== client) return address;
  }
}

function setDomain(mail: Mail, domain: string): void {
  mail.domain = domain;
}

function hostOf(mail: Mail, label: string = mail.hostLabel): string {
  return `${label}.${mail.heloDomain}`;
}

/** A host below the HELO domain, with this address. */
function hostAt(mail: Mail, address: string, label: string = mail.hostLabel): string {
  mail.world.putAddress(hostOf(mail, label), address);
  return hostOf(mail, label);
}

function hostWithExchange(mail: Mail, address: string): string {
  putExchangeAt(mail, hostOf(mail), `in.${hostOf(mail)}`, address);
  return hostOf(mail);
}

/** A host that the DNS may know, but at another address. */
function perhapsElsewhere(mail: Mail, label: string): string {
  return mail.world.random.chance(0.4) ? hostAt(mail, otherAddress(mail), label) : hostOf(mail, label);
}

function putExchangeAt({ world }: Mail, name: string, exchange: string, address: string): void {
  world.putExchange(name, `${exchange}.`);
  world.putAddress(exchange, address);
}

/** The domain's exchange by its usual name, with these addresses. */
function exchangeAt({ world, domain, exchange }: Mail, ...addresses: readonly string[]): void {
  world.putExchange(domain, `${exchange}.`);
  for (const address of addresses) world.putAddress(exchange, address);
}

/** The sender domain itself may have an address too. */
function perhapsOwnAddress(mail: Mail): void {
  const { random } = mail.world;
  if (!random.chance(0.3)) return;
  mail.world.putAddress(mail.domain, random.chance(0.5) ? mail.client : otherAddress(mail));
}

/** HELO, if it can be the name of a host. */
function heloHost({ helo }: Mail): string | undefined {
  const isName = /^[a-z0-9._-]+$/i.test(helo) && helo.includes('.') && !/\d$/.test(helo);
  return isName && !/\.\.|^\.|\.$/.test(helo) ? helo : undefined;
}

function zonesOf(rows: readonly (number | string)[]): readonly string[] {
  return rows.filter((_, index) => index % 4 === 0).map(String);
}

function weightsOf(kinds: Kinds<unknown>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(kinds).map(([name, [weight]]) => [name, weight]));
}

function makerOf<Made>(kinds: Kinds<Made>, kind: string): Made {
  const entry = kinds[kind];
  if (entry === undefined) throw new Error(`there is no kind ${kind}`);
  return entry[1];
}
