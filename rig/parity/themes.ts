// The themes of generated scenarios: each sets some of the original's settings, and asks for mails that bring them into
// play. As in mails.ts, the order of the draws is part of the generator.

import type { Rcode } from '../dns-server.ts';
import { DOMAIN_WEIGHTS, type Mail, makeRequest, repeat, type Wishes } from './mails.ts';
import type { Random } from './random.ts';
import type { Config, Request } from './scenario.ts';
import { reversed, reverseName, type World } from './world.ts';

type Rows = readonly (number | string)[];

/** What a theme sets, and how it makes its mails. */
export interface Theme {
  readonly config: Config;
  readonly make: (world: World) => readonly Request[];
}

type Themes = Readonly<Record<string, (random: Random) => Theme>>;

const USUAL_LISTS: Rows = [
  ...['dyn1.test', 3.25, 0, 'DYN_PBL'],
  ...['bl1.test', 4.35, -1.5, 'SBL_XBL'],
  ...['bl2.test', 3.75, -1.5, 'SPAMCOP'],
  ...['bl3.test', 4.35, 0, 'IX_MAN'],
];
const MANY_LISTS: Rows = [
  ...['bl1.test', 2.35, -0.3, 'BL1'],
  ...['dyn.pool.test', 1.25, 0, 'DYNPOOL'],
  ...['bl2.test', 3.1, -0.15, 'BL2'],
  ...['wl1.test', -3.5, 0, 'WL_GOOD'],
  ...['bl3.test', 0.75, 0, 'BL3'],
  ...['wl2.test', -0.5, 0.25, 'WL2'],
  ...['bl4.test', 4, 0, 'BL4'],
  ...['zero.test', 0, 0, 'ZERO'],
];

/** The lists that every scenario has if its theme sets no others; no cache. */
export const USUAL = {
  CACHESIZE: 0,
  POSCACHESIZE: 0,
  dnsbl_score: USUAL_LISTS,
  rhsbl_score: ['rhs1.test', 4, 0, 'SURBL'],
} as const;

/** The scores as installed: hit and miss. */
const SCORES: Readonly<Record<string, readonly [hit: number, miss: number]>> = {
  client_ip_eq_helo_score: [1.5, -1.25],
  helo_score: [1.5, -2],
  helo_from_mx_eq_ip_score: [1.5, -3.1],
  helo_numeric_score: [2.5, 0],
  from_match_regex_verified_helo: [1, -2],
  from_match_regex_unverified_helo: [1.6, -1.5],
  from_match_regex_failed_helo: [2.5, 0],
  helo_seems_dialup: [1.5, 0],
  failed_helo_seems_dialup: [2, 0],
  helo_ip_in_client_subnet: [0, -1.2],
  helo_ip_in_cl16_subnet: [0, -0.41],
  client_seems_dialup_score: [3.75, 0],
  from_multiparted: [1.09, 0],
  from_anon: [1.17, 0],
  bogus_mx_score: [2.1, 0],
  random_sender_score: [0.25, 0],
  rhsbl_penalty_score: [3.1, 0],
  enforce_dyndns_score: [3, 0],
};

/** With these, every check is reached. */
const LATE: Config = { REJECTLEVEL: 60, MAXDNSBLHITS: 20, MAXDNSBLSCORE: 200 };

/** The themes that take turns. */
export const THEMES: Themes = {
  defaults: () => theme({}, mails(12)),
  defaults2: (random) =>
    theme(
      {},
      mails(12, () => ({ hits: random.chance(0.8) ? 0 : 1 })),
    ),
  defaults3: () => theme({ REJECTMSG: '550 5.7.1 rejected by policy', CACHEREJECTMSG: '550 cached reject' }, mails(12)),
  lists: (random) =>
    theme(
      { dnsbl_score: MANY_LISTS, MAXDNSBLHITS: random.int(1, 4), MAXDNSBLSCORE: random.pick([5, 6.5, 8, 12]) },
      mails(12),
    ),
  whitelist: (random) => {
    const lists = [
      ...['wl1.test', -3.5, 0, 'WL_GOOD'],
      ...['bl1.test', 4.35, -1.5, 'BL1'],
      ...['wldyn.test', -1.25, 0.4, 'WL_DYN'],
      ...['bl2.test', 3.2, -0.25, 'BL2'],
    ];
    return theme(
      { dnsbl_score: lists },
      mails(12, () => ({ hits: random.int(0, 4) })),
    );
  },
  logall: (random) =>
    theme({ LOG_BAD_RBL_ONLY: 0, dnsbl_score: random.chance(0.5) ? MANY_LISTS : USUAL_LISTS }, mails(12)),
  limits: (random) => {
    const config = {
      MAXDNSBLHITS: random.int(0, 3),
      MAXDNSBLSCORE: random.pick([3, 4.35, 7.6, 8, 20]),
      MAXDNSBLMSG: random.pick([
        '550 listed in too many',
        '450 try later, too many listings',
        'rc:greylisting, listed',
        'DEFER_IF_PERMIT listed',
        '550 Your MTA is listed in too many DNSBLs',
        'REJECT',
      ]),
    };
    return theme(config, (world) =>
      times(8, (number) => {
        const request = makeRequest(world, { hits: random.int(1, 4) });
        return random.chance(0.5) ? [request, repeat(request, { recipient: `second${number}@local.test` })] : [request];
      }),
    );
  },
  scores1: (random) =>
    theme({ ...variedScores(random, 1.5, 2), dnsbl_score: variedLists(random, USUAL_LISTS, 2) }, mails(12)),
  scores3: (random) =>
    theme(
      {
        ...variedScores(random, 2, 3),
        REJECTLEVEL: rounded(random.next() * 4, 2),
        dnsbl_score: variedLists(random, MANY_LISTS, 3),
      },
      mails(12),
    ),
  tinyscores: (random) => {
    const tiny = (): number[] => [random.pick([0.1, 0.2, 0.3, 0.7, 1.1]), random.pick([-0.1, -0.2, -0.3, -0.7, -1.1])];
    const scores = Object.fromEntries(Object.keys(SCORES).map((name) => [name, tiny()]));
    const config = {
      ...scores,
      dnsbl_score: [
        ...['bl1.test', 0.7, -0.1, 'BL1'],
        ...['bl2.test', 0.3, -0.2, 'BL2'],
        ...['bl3.test', 0.1, 0.3, 'BL3'],
        ...['dyn.test', 0.2, 0, 'DYN'],
      ],
      rhsbl_score: ['rhs1.test', 0.1, 0, 'SURBL'],
      REJECTLEVEL: random.pick([0, 0.1, 1, 5]),
    };
    return theme(
      config,
      mails(12, () => ({ hits: random.int(0, 2) })),
    );
  },
  bigscores: () => {
    const scores = Object.entries(SCORES).map(([name, pair]) => [name, pair.map((score) => rounded(score * 37.3, 1))]);
    const config = {
      ...Object.fromEntries(scores),
      REJECTLEVEL: 1000,
      DEFER_LEVEL: 1e6,
      MAXDNSBLHITS: 10,
      MAXDNSBLSCORE: 1e5,
      dnsbl_score: USUAL_LISTS.map((item) => (typeof item === 'number' ? rounded(item * 11.7, 2) : item)),
    };
    return theme(config, mails(12));
  },
  noheader: () => theme({ ADD_X_HEADER: 0 }, mails(12)),
  dnsblonly: (random) =>
    theme(
      { dnsbl_checks_only: 1, ADD_X_HEADER: random.int(0, 1), LOG_BAD_RBL_ONLY: random.int(0, 1) },
      mails(10, () => ({ hits: random.int(0, 3) })),
    ),
  regexps: (random) =>
    theme(
      { dnsbl_checks_only_regexps: ['\\.trusted\\d+\\.test$', '^gate\\d+\\.', 'hoster[1-4]'] },
      mails(12, (number) => ({
        clientName: number % 2 === 1 ? 'other' : 'ptr',
        ptr: random.pick(['helo_domain', 'other', 'none']),
      })),
    ),
  defer: (random) => {
    const config = {
      DEFER_STRING: random.pick([
        'IN_SPAMCOP= BOGUS_MX=',
        'BOGUS_MX=',
        'IN_SURBL=',
        'HELO_NUMERIC= CL_IP_NE_HELO',
        'IN_',
        'NOT_IN',
        'FROM',
        '',
      ]),
      DEFER_LEVEL: random.pick([3, 5, 8, 20]),
      DEFER_ACTION: random.pick(['450', 'DEFER_IF_PERMIT', 'DEFER_IF_REJECT', '451 4.7.1']),
      REJECTMSG: random.pick(['550 Mail appeared to be SPAM or forged', '550 no', 'REJECT spam', 'REJECT']),
    };
    return theme(config, mails(12));
  },
  restriction: (random) => {
    const config = {
      REJECTMSG: random.pick([
        'rc:greylist',
        'rc: spamclass, extra text',
        ' rc:myclass; x',
        'DEFER_IF_PERMIT spam',
        '450 defer me rc:x',
        'PREPEND X-Spam: yes',
        'rc:one two',
      ]),
      MAXDNSBLMSG: random.pick(['rc:blclass', '450 listed', '550 listed']),
      DNSERRMSG: random.pick(['450 No DNS entries', 'rc:nodns x', '550 no dns']),
    };
    return theme(config, mails(12));
  },
  rejlevel: (random) =>
    theme({ REJECTLEVEL: random.pick([-3, 0, 0.5, 2.5, 5]), DEFER_LEVEL: random.pick([0, 5, 9]) }, mails(12)),
  late: (random) =>
    theme(
      LATE,
      mails(12, () => ({ hits: random.int(0, 4) })),
    ),
  late2: (random) => {
    const lists = [
      ...['rhs1.test', 4, 0, 'SURBL'],
      ...['rhs2.test', 0.35, 1.5, 'RHS2'],
      ...['rhs3.test', -1.5, 0, 'RHSWL'],
    ];
    const wishes = (): Wishes => ({
      senderListed: random.chance(0.6),
      local: random.pick(['random', 'vowel', 'plain', 'nobody']),
      hits: random.int(0, 2),
    });
    return theme({ ...LATE, rhsbl_score: lists }, mails(12, wishes));
  },
  rhs: (random) => {
    const lists = [
      ...['rhs1.test', 4, 0, 'SURBL'],
      ...['rhs2.test', 0.35, 0, 'RHS2'],
      ...['rhs3.test', -1.5, 0.2, 'RHSWL'],
    ];
    const wishes = (): Wishes => ({
      senderListed: random.chance(0.8),
      from: random.pick(['mx_eq', 'mx_other', 'a_eq', 'mx_24', 'mx_16', 'none']),
      helo: random.pick(['a_eq', 'a_24', 'a_16', 'mx_eq']),
      hits: 0,
    });
    return theme({ rhsbl_score: lists }, mails(12, wishes));
  },
  ign1918: (random) =>
    theme(
      { IGNORE_RFC1918_A: 1, ...perhapsLate(random, 0.5) },
      mails(12, () => ({ from: random.pick(['a_private', 'mx_private', 'mx_mixed', 'none', 'mx_noa']) })),
    ),
  bogus: (random) => {
    const kinds = `a_private mx_private mx_mixed none mx_noa nullmx mx_loop known_none subparent_eq subparent_other`;
    return theme(
      perhapsLate(random, 0.5),
      mails(12, () => ({ from: random.pick(kinds.split(' ')), hits: random.int(0, 2) })),
    );
  },
  ipv6: (random) =>
    theme(
      perhapsLate(random, 0.3),
      mails(12, () => ({ family: 6 })),
    ),
  subnet: (random) =>
    theme(
      perhapsLate(random, 0.4),
      mails(12, () => ({
        helo: random.pick(['a_24', 'a_16', 'numeric_24', 'numeric_16', 'prefix24']),
        from: random.pick(['mx_24', 'mx_16', 'mx_other', 'none']),
        hits: random.int(0, 1),
        same: random.chance(0.5),
      })),
    ),
  sub16: (random) =>
    theme(
      perhapsLate(random, 0.4),
      mails(12, () => ({
        helo: 'a_16',
        from: random.pick(['mx_16', 'mx_other', 'mx_helo_domain', 'subparent_other']),
        ptr: random.pick(['none', 'none', 'helo_domain', 'eq_helo', 'other']),
        domain: random.pick(['sub', 'subsub', 'plain', 'subcctld2']),
        local: random.pick(['plain', 'random', 'vowel']),
        hits: random.chance(0.7) ? 0 : 1,
      })),
    ),
  dialup: (random) => {
    const helos = 'dialup_a_eq dialup_ip_a_eq dialup_nodns dialup_ip_nodns dialup_mailname a_eq nodns';
    return theme(
      random.chance(0.5) ? LATE : { enforce_dyndns_score: [random.pick([0, 3, 1.5]), 0] },
      mails(12, () => ({
        ptr: random.pick(['dialup', 'dialup_ip', 'dialup_mail', 'multi', 'other']),
        helo: random.pick(helos.split(' ')),
      })),
    );
  },
  nodns: (random) =>
    theme(
      random.chance(0.4) ? { DNSERRMSG: '451 no DNS for you' } : {},
      mails(10, () => ({
        helo: random.pick(['single', 'empty', 'literal_bad', 'literal_other', 'v6literal', 'literal_own']),
        from: random.pick(['noat', 'literal_own', 'none', 'mx_other']),
        domain: random.pick(['single', 'single', 'plain']),
        ptr: random.pick(['none', 'none', 'other']),
        hits: random.chance(0.6) ? 0 : random.int(1, 2),
      })),
    ),
  literal: (random) => {
    const senders = 'mx_other mx_eq literal_own ipdomain_own ipdomain_other a_eq none';
    return theme(
      perhapsLate(random, 0.4),
      mails(12, () => ({
        helo: random.pick(['literal_own', 'literal_other', 'numeric_own', 'numeric_other', 'numeric_ptr']),
        from: random.pick(senders.split(' ')),
        hits: random.int(0, 2),
      })),
    );
  },
  matching: (random) =>
    theme(
      perhapsLate(random, 0.3),
      mails(14, () => ({
        helo: random.pick(['a_eq', 'a_eq', 'a_24', 'a_other', 'nodns', 'a_16', 'mx_eq']),
        from: random.pick(['mx_other', 'mx_helo_domain', 'a_other', 'none', 'mx_24']),
        domain: random.choose(DOMAIN_WEIGHTS),
        clientName: random.pick(['from', 'ptr', 'unknown', 'helo']),
        hits: random.chance(0.6) ? 0 : 1,
      })),
    ),
  instances: () => theme({}, (world) => [...times(4, (number) => recipients(world, number)), ...noInstance(world)]),
  nullsender: () =>
    theme({}, (world) => {
      const wishes: readonly Wishes[] = [
        { nullSender: true },
        { nullSender: true, hits: 4 },
        { recipient: 'postmaster' },
        { recipient: 'abuse', hits: 3 },
        { recipient: 'xpostmaster' },
        { recipient: 'none' },
        { nullSender: true, recipient: 'postmaster' },
        { from: 'noat' },
        { local: 'tagonly' },
        { local: 'twoat' },
      ];
      return wishes.map((wish) => makeRequest(world, wish));
    }),
  usenetdns: (random) =>
    theme(
      { USE_NET_DNS: 1 },
      mails(10, () => ({ hits: random.int(0, 3), senderListed: random.chance(0.5) })),
    ),
  serverr: (random) => {
    const config = {
      MAXDNSERR: random.int(1, 4),
      MAXDNSERRMSG: random.pick(['passed - too many local DNS-errors', 'dns trouble']),
      ADD_X_HEADER: random.int(0, 1),
    };
    const wishes = (): Wishes => ({
      hits: random.chance(0.7) ? 0 : 1,
      from: random.pick(['mx_other', 'mx_eq', 'a_other', 'mx_24', 'subparent_other']),
      helo: random.pick(['a_eq', 'a_other', 'a_24', 'mx_eq']),
      change: failSomewhere,
    });
    return theme(config, mails(9, wishes));
  },
  serverr1: (random) => {
    const config = {
      MAXDNSERR: random.chance(0.7) ? 1 : 2,
      ADD_X_HEADER: random.int(0, 1),
      MAXDNSERRMSG: random.pick(['passed - too many local DNS-errors', 'dns trouble']),
    };
    const places = ['frommx', 'froma', 'fromaaaa', 'mxa', 'helomx', 'heloa', 'helomxa', 'rhs', 'sub'];
    return theme(config, (world) => places.flatMap((place) => failingAt(world, place)));
  },
  tcp: (random) => {
    const truncate = ({ world, domain, features }: Mail): void => {
      if (world.zone[domain.toLowerCase()] === undefined) return;
      world.change(domain, { tc: true });
      features.push('tc');
    };
    return theme(
      {},
      mails(6, () => ({ from: random.pick(['mx_manyx', 'mx_other', 'mx_eq']), change: truncate })),
    );
  },
  messages: () =>
    theme(
      {
        MAXDNSBLMSG: '550 too many lists',
        DNSERRMSG: '450 nothing found',
        REJECTMSG: '554 5.7.1 no thanks',
        DEFER_ACTION: 'DEFER_IF_REJECT',
        DEFAULT_RESPONSE: 'DUNNO nothing',
        POSCACHEMSG: 'cached',
      },
      mails(12),
    ),
  stringscores: (random) => {
    const lists = [
      ...['bl1.test', '4.350', '-1.50', 'BL1'],
      ...['dynx.test', '3', '0.0', 'DYNX'],
      ...['bl2.test', '2.', '-.5', 'BL2'],
    ];
    const config = {
      dnsbl_score: lists,
      helo_score: ['1.50', '-2.0'],
      from_match_regex_verified_helo: ['1.00', '-2.00'],
      LOG_BAD_RBL_ONLY: random.int(0, 1),
    };
    return theme(config, mails(10));
  },
};

/** Themes in which the original waits for answers that never come. */
export const SLOW_THEMES: Themes = {
  blskip: (random) => {
    const lists = [
      ...['bl1.test', 4.35, -1.5, 'BL1'],
      ...['dead.test', 2, -0.5, 'DEAD'],
      ...['bl2.test', 3.75, 0, 'BL2'],
    ];
    const config = { ...ONE_TRY, MAXDNSERR: 9, BL_ERROR_SKIP: 1, BL_SKIP_RELEASE: 4, dnsbl_score: lists };
    return theme(config, (world) =>
      times(12, () => [
        makeRequest(world, {
          family: 4,
          recipient: 'plain',
          lists: random.chance(0.5) ? ['bl1.test'] : [],
          from: random.pick(['mx_eq', 'mx_other']),
          helo: 'a_eq',
          change: ({ client }) => drop(world, `${reversed(client)}.dead.test`),
        }),
      ]),
    );
  },
  bldrop: (random) =>
    theme({ ...ONE_TRY, MAXDNSERR: 2 }, (world) =>
      times(3, () => {
        const dropLists = ({ client }: Mail): void => {
          const zones = world.config.dnsbl_score.filter((_, index) => index % 4 === 0);
          const silent = zones.slice(0, random.pick([1, 2, 3]));
          for (const zone of silent) drop(world, `${reversed(client)}.${zone}`);
        };
        const request = makeRequest(world, { family: 4, hits: 0, change: dropLists });
        return [request, repeat(request, { recipient: 'r2@local.test' })];
      }),
    ),
  mxdrop: () => {
    const places: readonly ((mail: Mail) => string)[] = [
      ({ domain }) => domain,
      ({ exchange }) => exchange,
      ({ helo }) => helo,
      ({ client }) => reverseName(client),
    ];
    const wishes: Wishes = { family: 4, hits: 0, from: 'mx_other', domain: 'plain', helo: 'a_other' };
    return theme({ ...ONE_TRY, MAXDNSERR: 3 }, (world) =>
      places.map((place) => makeRequest(world, { ...wishes, change: (mail) => drop(world, place(mail)) })),
    );
  },
  rhsdrop: () => {
    const wishes: Wishes = { family: 4, hits: 0, senderListed: false, domain: 'plain', from: 'mx_eq', helo: 'a_eq' };
    return theme({ ...ONE_TRY, MAXDNSERR: 1 }, (world) =>
      times(2, () => [makeRequest(world, { ...wishes, change: ({ domain }) => drop(world, `${domain}.rhs1.test`) })]),
    );
  },
};

const ONE_TRY: Config = { DNS_RETRIES: 1, DNS_RETRY_IVAL: 1 };

function theme(config: Config, make: Theme['make']): Theme {
  return { config, make };
}

/** So many mails; some of them have a second recipient. */
function mails(count: number, wishes: (number: number) => Wishes = () => ({})): Theme['make'] {
  return (world) =>
    times(count, (number) => {
      const { random } = world;
      const request = makeRequest(world, wishes(number));
      if (!random.chance(0.12)) return [request];
      const changes = random.chance(0.6)
        ? { recipient: `second${random.int(1, 99)}@local.test` }
        : { recipient: `x${random.int(1, 9)}@local.test`, sender: request.attrs?.sender ?? '' };
      return [request, repeat(request, changes)];
    });
}

/** A mail with many recipients, and another one between them. */
function recipients(world: World, number: number): readonly Request[] {
  const { random } = world;
  const mail = makeRequest(world, {
    hits: number === 3 ? 4 : number === 1 ? 2 : 0,
    helo: random.pick(['a_eq', 'nodns']),
    from: random.pick(['mx_eq', 'none']),
  });
  const { sender = '', instance = '' } = mail.attrs ?? {};
  const other = makeRequest(world);
  return [
    mail,
    repeat(mail, { recipient: 'b@local.test' }),
    repeat(mail, { recipient: 'postmaster@local.test' }),
    repeat(mail, { sender: '' }),
    repeat(mail, { sender: sender.replace('@', '+ext@') }),
    other,
    repeat(mail, { recipient: 'c@local.test' }),
    ...(random.chance(0.5) ? [repeat(mail, { instance: `${instance}1` })] : []),
  ];
}

function noInstance(world: World): readonly Request[] {
  const mail = makeRequest(world, { instance: '' });
  return [mail, repeat(mail, { recipient: 'noinst@local.test' })];
}

/** Questions about this mail fail somewhere. */
function failSomewhere({ world, client, domain, exchange, helo, features }: Mail): void {
  const { random, config } = world;
  const rcode = random.pick<Rcode>(['SERVFAIL', 'SERVFAIL', 'REFUSED']);
  const fail = (name: string, why: string, ...types: readonly string[]): void => {
    if (!name.includes('.')) return;
    world.change(name, types.length === 0 ? { rcode } : { rcodes: rcodesFor(types, rcode) });
    features.push(`err:${why}`);
  };
  const places = { frommx: 3, froma: 2, mxa: 3, helomx: 2, heloa: 2, ptr: 1, bl: 1, rhs: 1, all: 2 };
  const place = random.choose(places);
  if (place === 'frommx') fail(domain, 'from-mx', 'MX');
  else if (place === 'froma') fail(domain, 'from-a', 'A', ...(random.chance(0.5) ? ['AAAA'] : []));
  else if (place === 'mxa') fail(exchange, 'mx-a');
  else if (place === 'helomx') fail(helo, 'helo-mx', 'MX');
  else if (place === 'heloa') fail(helo, 'helo-a', 'A', 'AAAA');
  else if (place === 'ptr') fail(reverseName(client), 'ptr');
  else if (place === 'bl') fail(`${reversed(client)}.${config.dnsbl_score[0]}`, 'bl');
  else if (place === 'rhs') fail(`${domain}.${config.rhsbl_score[0]}`, 'rhs');
  else {
    fail(domain, 'from-all');
    fail(helo, 'helo-all');
    fail(exchange, 'mx-all');
  }
}

/** A mail about which just one question fails; sometimes with a further recipient. */
function failingAt(world: World, place: string): readonly Request[] {
  const { random } = world;
  const wishes: Wishes = {
    family: 4,
    hits: 0,
    domain: place === 'sub' ? 'subsub' : 'plain',
    from: ['frommx', 'mxa', 'sub'].includes(place) ? 'mx_other' : 'a_other',
    helo: place === 'helomxa' ? 'mx_private' : 'a_other',
    same: false,
    recipient: 'plain',
    local: 'plain',
    upper: false,
  };
  const change = ({ domain, exchange, helo, features }: Mail): void => {
    const rcode = random.pick<Rcode>(['SERVFAIL', 'REFUSED']);
    if (place === 'frommx' || place === 'sub') world.change(domain, { rcodes: rcodesFor(['MX'], rcode) });
    else if (place === 'froma') world.change(domain, { rcodes: rcodesFor(['A'], rcode) });
    else if (place === 'fromaaaa') world.change(domain, { rcodes: rcodesFor(['AAAA'], rcode) });
    else if (place === 'mxa') world.change(exchange, { rcode });
    else if (place === 'helomx') world.change(helo, { rcodes: rcodesFor(['MX'], rcode) });
    else if (place === 'heloa') world.change(helo, { rcodes: rcodesFor(['A', 'AAAA'], rcode) });
    else if (place === 'helomxa') world.change(`in.${helo}`, { rcode });
    else world.change(`${domain}.rhs1.test`, { rcode });
    features.push(`err:${place}`);
  };
  const request = makeRequest(world, { ...wishes, change });
  return random.chance(0.3) ? [request, repeat(request, { recipient: 'other@local.test' })] : [request];
}

function rcodesFor(types: readonly string[], rcode: Rcode): Readonly<Record<string, Rcode>> {
  return Object.fromEntries(types.map((type) => [type, rcode]));
}

function drop(world: World, name: string): void {
  world.zone[name.toLowerCase()] = { rcode: 'DROP' };
}

function perhapsLate(random: Random, probability: number): Config {
  return random.chance(probability) ? LATE : {};
}

function variedScores(random: Random, factor: number, digits: number): Config {
  const vary = (score: number): number => rounded(score * (0.3 + random.next() * factor), digits);
  return Object.fromEntries(Object.entries(SCORES).map(([name, [hit, miss]]) => [name, [vary(hit), vary(miss)]]));
}

function variedLists(random: Random, lists: Rows, digits: number): Rows {
  const vary = (score: number): number => rounded(score * (0.4 + random.next()), digits);
  return lists.map((item) => (typeof item === 'number' ? vary(item) : item));
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

function times(count: number, make: (number: number) => readonly Request[]): readonly Request[] {
  return Array.from({ length: count }, (_, number) => make(number)).flat();
}
