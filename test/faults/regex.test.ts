// No function that looks at text from outside takes more than linear time, whatever the text.

import { describe, expect, test } from 'vitest';
import { run, settingsWith } from '../../rig/recorded.ts';
import { isPrivate, parseAddress } from '../../src/dns/address.ts';
import { askableName, hostName, nameAndParents } from '../../src/dns/name.ts';
import { organisationOf } from '../../src/dns/organisation.ts';
import { serverOf } from '../../src/dns/servers.ts';
import { clean, cleanShort } from '../../src/log/clean.ts';
import { fieldsOf, withoutFields } from '../../src/log/fields.ts';
import { wellFormed } from '../../src/policy/action.ts';
import { BlockReader, requestOf } from '../../src/policy/request.ts';
import { checkAnonymousSender } from '../../src/weigh/checks/anonymous-sender.ts';
import { checkDynamicHelo } from '../../src/weigh/checks/dynamic-helo.ts';
import { checkNumericHelo } from '../../src/weigh/checks/numeric-helo.ts';
import { checkReverseNames } from '../../src/weigh/checks/reverse-names.ts';
import { checkSenderAgainstHelo } from '../../src/weigh/checks/sender-against-helo.ts';
import { checkSenderAndHelo } from '../../src/weigh/checks/sender-and-helo.ts';
import { checkSenderShape } from '../../src/weigh/checks/sender-shape.ts';
import { lastLabel, withoutSuffix } from '../../src/weigh/domain.ts';
import type { Check } from '../../src/weigh/mail.ts';
import { holdsAddress, looksOf } from '../../src/weigh/patterns.ts';
import { fill } from '../../src/weigh/template.ts';
import { refusal } from '../../src/weigh/verdict.ts';

const LONG = 60 * 1024;
/** Milliseconds for the longest text. */
const LIMIT = 250;
/** Times for four times the text; linear is 4, and below a millisecond there is more noise than work. */
const GROWTH = 12;
const NOISE = 2;

const UNITS = [
  'a', '.', '-', '1', '1.', '1-', 'a1.', 'rev', 'reva', 'a.', '@', '+', '+@', '\u00e9', '\u00e9.', '[', ']', '[1', '1]', ' ', '; ', ':',
  'rc:', '<', '>', '<to=', '{', '}', '{helo}', '=', '\n', '\r', 'b', 'bcdfg', 'ae', 'ip', 'stat', 'nstat', 'mx', '.co.uk', '.com', '0000:', '::', '%', '\u2028.',
  '550 ', '5.7.1 ', '\ud83d', '\u0130', 'nobody', 'xn--',
]; // biome-ignore format: one line each would be a page
const ENDS = ['', '!', '.', 'x.y', '@a', '\u00e9'];

const settings = settingsWith();
const oneLine = (text: string): string => text.replaceAll('\n', ' ');

const NO_FIELDS = {
  client: undefined,
  clientName: '',
  helo: '',
  sender: '',
  recipient: '',
  names: { sender: 'a.test' },
};

const FUNCTIONS: readonly (readonly [name: string, call: (text: string) => unknown])[] = [
  ['parseAddress', parseAddress],
  ['isPrivate', isPrivate],
  ['askableName', askableName],
  ['nameAndParents', nameAndParents],
  ['hostName', hostName],
  ['organisationOf', organisationOf],
  ['serverOf', serverOf],
  ['clean', clean],
  ['cleanShort', (text) => cleanShort(text, 400)],
  ['fieldsOf', (text) => fieldsOf({ ...NO_FIELDS, clientName: text, helo: text, sender: text, recipient: text })],
  ['withoutFields', withoutFields],
  ['wellFormed', wellFormed],
  ['wellFormed, of a reply', (text) => wellFormed(`550 5.7.1 ${text}`)],
  ['wellFormed, of a header', (text) => wellFormed(`PREPEND X-Header: ${text}`)],
  ['BlockReader', (text) => [...new BlockReader().push(Buffer.from(`helo_name=${oneLine(text)}\n\n`))]],
  ['BlockReader, of lines', (text) => count(new BlockReader().push(Buffer.from(`${text}\n\n`)))],
  ['requestOf, of a sender', (text) => requestOf(new Map([['sender', text]]))],
  ['requestOf, of an address', (text) => requestOf(new Map([['client_address', text]]))],
  ['fill, as a value', (text) => fill('{helo} and {sender}', { helo: text, sender: text })],
  ['fill, as a template', (text) => fill(text, { helo: 'x' })],
  ['refusal', (text) => refusal(text, text, undefined, settings)],
  ['withoutSuffix', withoutSuffix],
  ['lastLabel', lastLabel],
  ['holdsAddress', holdsAddress],
  ...[false, true].flatMap((old): (readonly [string, (text: string) => unknown])[] => {
    const looks = looksOf({ ...settings, as_policyd_weight: old });
    const manner = old ? 'as policyd-weight' : 'by words';
    return [
      [`a server, ${manner}`, looks.server],
      [`a dial-up line, ${manner}`, looks.dynamic],
    ];
  }),
];

const CHECKS: readonly (readonly [name: string, check: Check])[] = [
  ['anonymous sender', checkAnonymousSender],
  ['dynamic HELO', checkDynamicHelo],
  ['numeric HELO', checkNumericHelo],
  ['reverse names', checkReverseNames],
  ['sender against HELO', checkSenderAgainstHelo],
  ['sender and HELO', checkSenderAndHelo],
  ['shape of the sender', checkSenderShape],
];

function count(things: Iterable<unknown>): number {
  let found = 0;
  for (const _ of things) found += 1;
  return found;
}

function textOf(unit: string, end: string, length: number): string {
  return unit.repeat(Math.ceil(length / unit.length)).slice(0, length) + end;
}

/** The least of a few runs: what the work takes, and not what the machine does besides. */
async function timeOf(work: () => unknown, limit: number): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5; round++) {
    const begun = performance.now();
    await work();
    least = Math.min(least, performance.now() - begun);
    if (least < limit) break;
  }
  return least;
}

/** How often it is measured before it is believed: a busy machine makes one time longer, and not each. */
const ROUNDS = 4;

async function expectLinear(call: (text: string) => unknown, units = UNITS, rounds = ROUNDS): Promise<void> {
  const slow: string[] = [];
  for (const unit of units) {
    for (const end of ENDS) {
      let times = await timesOf(call, unit, end);
      for (let round = 1; round < rounds && isSlow(times); round++) times = await timesOf(call, unit, end);
      if (isSlow(times)) {
        const [shorter, longer] = times.map((time) => time.toFixed(1));
        slow.push(`${JSON.stringify(unit)}… ${JSON.stringify(end)}: ${shorter} ms, then ${longer} ms`);
      }
    }
  }
  expect(slow).toEqual([]);
}

type Times = readonly [shorter: number, longer: number];

async function timesOf(call: (text: string) => unknown, unit: string, end: string): Promise<Times> {
  const longer = await timeOf(() => call(textOf(unit, end, LONG)), NOISE);
  if (longer < NOISE) return [0, longer];
  return [await timeOf(() => call(textOf(unit, end, LONG / 4)), 0), longer];
}

function isSlow([shorter, longer]: Times): boolean {
  if (longer < NOISE) return false;
  return longer > LIMIT || longer > GROWTH * Math.max(shorter, NOISE / 4);
}

test.each(FUNCTIONS)('%s takes linear time', async (_, call) => {
  await expectLinear(call);
});

describe('the check', () => {
  test.each(CHECKS)('%s takes linear time for HELO, sender and names', async (_, check) => {
    await expectLinear((text) =>
      run(check, {
        helo: text,
        sender: `${text}@${text}`,
        clientName: text,
        answers: { 'PTR 10.2.0.192.in-addr.arpa': [text] },
        findings: { mxNames: [text] },
      }),
    );
  });
});

test('the judgement itself finds what is quadratic', async () => {
  await expect(expectLinear((text) => /a*b$/.test(text.slice(0, text.length / 8)), ['a'], 1)).rejects.toThrow();
});
