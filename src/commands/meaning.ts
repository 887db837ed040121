// What a token means, in half a sentence.

const MEANINGS: Readonly<Record<string, string>> = {
  BASE: 'every mail begins with this',
  LISTS_OFF: 'lists that are not asked, made up for',
  SENDER_DNS_UNKNOWN: 'a question about the sender domain has no answer: it counts neither way',
  HELO_DNS_UNKNOWN: 'a question about HELO has no answer: it counts neither way',
  REVERSE_DNS_UNKNOWN: 'the reverse name of the client is unknown: it counts neither way',
  CL_IP_EQ_FROM_MX: 'the client is an MX of the sender domain',
  CL_IP_EQ_FROM_IP: 'the client is an address of the sender domain',
  CL_IP_EQ_HELO_MX: 'the client is an MX of HELO',
  CL_IP_EQ_HELO_IP: 'HELO is the name of the client',
  NO_FROM_DOMAIN: 'nobody could answer the sender: it has no domain that can exist',
  BAD_MX: 'a listed client, and no usable MX of the sender domain',
  BOGUS_MX: 'the sender domain has no usable MX or address',
  HELO_IP_IN_CL_SUBNET: 'HELO is in the network of the client',
  HELO_IP_IN_CL16_SUBNET: 'HELO is in the wider network of the client',
  CL_IP_NE_HELO: 'HELO is not the name of the client',
  NO_MX_A_RECS_FOUND: 'neither sender domain nor HELO are in the DNS',
  HELO_NUMERIC: 'HELO is an address instead of a name',
  'FROM/MX_MATCHES_HELO(DOMAIN)': 'HELO and the sender domain fit',
  'FROM/MX_MATCHES_NOT_HELO(DOMAIN)': 'HELO and the sender domain do not fit',
  'CL_HOSTNAME_MATCHES_FROM(DOMAIN)': 'the name of the client fits the sender domain',
  'FROM/MX_MATCHES_UNVR_HELO(DOMAIN)_OR_CL_NAME(DOMAIN)': 'HELO or the name of the client fit the sender domain',
  'FROM/MX_MATCHES_NOT_UNVR_HELO(DOMAIN)_NOR_CL_NAME(DOMAIN)':
    'neither HELO nor the name of the client fit the sender domain',
  MAIL_SEEMS_FORGED: 'HELO claims the sender domain, but is not the client',
  'FROM_NOT_FAILED_HELO(DOMAIN)': 'HELO is neither the client nor of the sender domain',
  CL_SEEMS_DIALUP: 'the client looks like a dial-up line',
  REV_IP_EQ_HELO: 'a reverse name of the client is HELO',
  REV_IP_EQ_HELO_DOMAIN: 'a reverse name of the client is of the domain of HELO',
  NO_DNS_RECORDS: 'the DNS knows nothing of client, HELO or sender domain',
  RESOLVED_IP_IS_NOT_HELO: 'no reverse name of the client fits HELO',
  HELO_SEEMS_DIALUP: 'HELO looks like a dial-up line',
  NOK_HELO_SEEMS_DIALUP: 'HELO looks like a dial-up line, and is not the client',
  FROM_NBDY_ANON: 'the sender is nobody or anonymous',
  'CLIENT_NOT_MX/A_FROM_DOMAIN': 'a listed client that is no host of the sender domain',
  'CLIENT/24_NOT_MX/A_FROM_DOMAIN': 'nor in its network',
  FROM_MULTIPARTED: 'the sender domain has many labels',
  RANDOM_SENDER: 'the sender looks random',
};

/** The names of tokens that are no list's. */
export const TOKENS: readonly string[] = Object.keys(MEANINGS);

/** What a token means. */
export function meaningOf(token: { readonly name: string; readonly text: string }): string {
  const fixed = MEANINGS[token.name];
  if (fixed !== undefined) return fixed;
  const { name, text } = token;
  if (text.includes('=ERR(')) return `${name} did not answer`;
  if (text.includes('=SKIP(')) return `${name} failed too often and was left out`;
  const [, what, list] = /^(NOT_IN|HELO_IN|CLIENT_NAME_IN|IN)_(.*)$/.exec(name) ?? [];
  switch (what) {
    case 'NOT_IN':
      return `not on ${list}`;
    case 'HELO_IN':
      return `HELO is on ${list}`;
    case 'CLIENT_NAME_IN':
      return `the name of the client is on ${list}`;
    case 'IN':
      return `on ${list}`;
    default:
      return '';
  }
}
