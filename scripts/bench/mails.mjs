// The mails that are weighed, and what the DNS says about them.

const GOOD = '192.0.2.10';
const LISTED = '198.51.100.66';
const OFTEN_LISTED = '198.51.100.77';
const CLIENTS_OF_LISTS = ['dyn1', 'bl1', 'bl2', 'bl3'];

/** By names for people. */
export const MAILS = {
  'clean, client is MX': {
    client_address: GOOD,
    client_name: 'mail.good.test',
    helo_name: 'mail.good.test',
    sender: 'a@good.test',
  },
  'clean, HELO verified': {
    client_address: GOOD,
    client_name: 'mail.good.test',
    helo_name: 'out.corp.test',
    sender: 'a@corp.test',
  },
  'spam, on one list': {
    client_address: LISTED,
    client_name: 'dsl-66.isp.test',
    helo_name: 'pc.home.test',
    sender: 'x@victim.test',
  },
  'spam, over the limits': {
    client_address: OFTEN_LISTED,
    client_name: 'unknown',
    helo_name: 'pc.home.test',
    sender: 'x@victim.test',
  },
};
export const CLEAN = MAILS['clean, client is MX'];

const NAMES = {
  'good.test': { MX: [[10, 'mail.good.test']] },
  'mail.good.test': { A: [GOOD] },
  [reverseName(GOOD)]: { PTR: ['mail.good.test'] },
  'corp.test': {
    A: ['203.0.113.80'],
    MX: [
      [10, 'mx1.corp.test'],
      [20, 'mx2.corp.test'],
    ],
  },
  'mx1.corp.test': { A: ['203.0.113.1'] },
  'mx2.corp.test': { A: ['203.0.113.2'] },
  'out.corp.test': { A: [GOOD] },
  [reverseName(LISTED)]: { PTR: ['dsl-66.isp.test'] },
  [`${reversed(LISTED)}.bl1.test`]: { A: ['127.0.0.2'] },
  'victim.test': { A: ['203.0.113.90'], MX: [[10, 'mx.victim.test']] },
  'mx.victim.test': { A: ['203.0.113.91'] },
  ...Object.fromEntries(
    CLIENTS_OF_LISTS.map((list) => [`${reversed(OFTEN_LISTED)}.${list}.test`, { A: ['127.0.0.2'] }]),
  ),
};

/** One of as many clean mails as one likes, each with a client and a domain of its own. */
export function cleanMail(number) {
  const name = `mail.d${number}.many.test`;
  return { client_address: addressOf(number), client_name: name, helo_name: name, sender: `a@d${number}.many.test` };
}

/** What the DNS has for a name: records by type. Undefined if there is no such name. */
export function recordsOf(name) {
  const known = NAMES[name];
  if (known !== undefined) return known;
  const domain = /^(mail\.)?d(\d+)\.many\.test$/.exec(name);
  if (domain !== null) {
    return domain[1] === undefined ? { MX: [[10, `mail.${name}`]] } : { A: [addressOf(Number(domain[2]))] };
  }
  const reverse = /^(\d+)\.(\d+)\.(1[89])\.198\.in-addr\.arpa$/.exec(name);
  if (reverse === null) return undefined;
  const [low, high, top] = reverse.slice(1).map(Number);
  return { PTR: [`mail.d${(top - 18) * 65536 + high * 256 + low}.many.test`] };
}

/** The addresses of 198.18.0.0/15 are there for benchmarks (RFC 2544). */
function addressOf(number) {
  return `198.${18 + (number >> 16)}.${(number >> 8) & 255}.${number & 255}`;
}

function reversed(address) {
  return address.split('.').reverse().join('.');
}

function reverseName(address) {
  return `${reversed(address)}.in-addr.arpa`;
}
