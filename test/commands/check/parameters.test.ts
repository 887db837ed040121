// Parameters are filled in as Postfix does it: postconf(1) is asked for the same.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, describe, expect, test } from 'vitest';
import { overridesOf, readMasterEntries } from '../../../src/commands/check/master-cf.ts';
import { Parameters, readParameters, secondsOf } from '../../../src/commands/check/parameters.ts';
import { policyCallOf, restrictionsOf } from '../../../src/commands/check/restrictions.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** What postconf prints of a configuration. */
function postconf(main: string, master: string, ...options: string[]): string {
  const folder = mkdtempSync(`${tmpdir()}/polw-parameters-`);
  folders.push(folder);
  mkdirSync(`${folder}/c`);
  writeFileSync(`${folder}/c/main.cf`, main);
  writeFileSync(`${folder}/c/master.cf`, master);
  for (const name of ['main.cf', 'master.cf']) utimesSync(`${folder}/c/${name}`, 1e9, 1e9);
  return execFileSync('postconf', ['-c', `${folder}/c`, ...options], {
    encoding: 'utf8',
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

/** With @ for the dollar sign, which looks like JavaScript's own here. */
const VALUES = [
  '@myhostname',
  '@{myhostname}',
  '@(myhostname)',
  'a@@b',
  '@{unset_name}',
  '@{stress?10}@{stress:20}',
  '@{stress?{a, b}:{c d}}',
  '@{myhostname?{set}:{not set}}',
  '@{myhostname?yes it is}',
  '@{unset_name:otherwise @myhostname}',
  '@{unset_name:{in braces}}',
  '@{{@myhostname} == {mx.here.test} ? {same} : {other}}',
  '@{{a} != {a} ? {differs} : {does not}}',
  '@{{10} < {9} ? {smaller} : {larger}}',
  '@{{10} > {9} ? {larger} : {smaller}}',
  '@{{b} >= {a} ? {behind} : {before}}',
  '@{{3.10} <level {3.9} ? {older} : {newer}}',
  '@{{@compatibility_level} >=level {3.6} ? {new} : {old}}',
  '@{{a} == {a} ? {@{stress?{nested}:{deep @myhostname}}} : {no}}',
  '@one_two@myhostname',
  'permit_mynetworks, @{myhostname?{check_policy_service {unix:private/policy, timeout=1s}}}, reject',
].map((value) => value.replaceAll('@', '$'));

/** postconf prints one blank for several. */
function squeezed(text: string): string {
  return text.trim().replace(/\s+/g, ' ');
}

describe('values', () => {
  const main = [
    'compatibility_level = 3.6',
    'myhostname = mx.here.test',
    'one_two = ($myhostname)',
    ...VALUES.map((value, index) => `value_${index} = ${value}`),
    `smtpd_helo_restrictions = ${VALUES.flatMap((value, index) => (value.includes('$$') ? [] : `$value_${index}`)).join(' ')} $one_two`,
    `smtpd_sender_restrictions = ${VALUES.map((_, index) => `$value_${index}`).join(' ')}`,
    '',
  ].join('\n');
  const raw = readParameters(postconf(main, ''));
  const parameters = new Parameters(raw);
  const theirs = readParameters(postconf(main, '', '-x'));

  test.each(VALUES.map((value, index) => [value, `value_${index}`]))('%s', (_, name) => {
    expect(theirs.has(name)).toBe(true);
    expect(squeezed(parameters.get(name))).toBe(theirs.get(name));
  });

  test('all that Postfix has by default', () => {
    // Names that a daemon knows only while it runs stay as they are for postconf.
    const expandable = [...theirs].filter(
      ([name, value]) => !/[$]/.test(value) && !['process_id', 'config_directory'].includes(name),
    );
    const differing = expandable.flatMap(([name, value]) => {
      const ours = squeezed(parameters.get(name));
      return ours === value ? [] : [{ name, ours, value }];
    });
    expect(expandable.map(([name]) => name)).toContain('smtpd_helo_restrictions');
    expect(expandable.length).toBeGreaterThan(800);
    expect(differing).toEqual([]);
  });

  test('a value that names itself comes to an end', () => {
    expect(
      new Parameters(
        new Map([
          ['a', '$b'],
          ['b', 'x$a'],
        ]),
      ).get('a'),
    ).toMatch(/^x+$/);
  });
});

test('what a service sets for itself counts for it, in what others refer to as well', () => {
  const main = readParameters('list = permit, $mine\nmine = reject\n');
  const service = new Parameters(main, new Map([['mine', 'defer']]));
  expect([new Parameters(main).get('list'), service.get('list')]).toEqual(['permit, reject', 'permit, defer']);
  expect([service.fileOf('mine'), service.fileOf('list')]).toEqual(['master.cf', 'main.cf']);
});

test('entries and their own settings are read as postconf prints them', () => {
  const master = `smtp inet n - y - - smtpd -v -o a=b -o { c = d e, f } -oxx=y
10025 inet n - n - 10 /usr/lib/postfix/sbin/smtpd
policy unix - n n - 0 spawn
  user=polw:mail argv=/usr/bin/env { a b } /x/polw
`;
  const [smtp, other, policy] = readMasterEntries(postconf('compatibility_level = 3.6\n', master, '-M'));
  expect(smtp).toMatchObject({ name: 'smtp', type: 'inet', isPrivate: false, chroot: 'y', command: 'smtpd' });
  expect(smtp === undefined ? [] : [...overridesOf(smtp)]).toEqual([
    ['a', 'b'],
    ['c', 'd e, f'],
    ['xx', 'y'],
  ]);
  expect(other).toMatchObject({ command: 'smtpd', maxproc: '10' });
  expect(policy).toMatchObject({
    isPrivate: true,
    unpriv: 'n',
    words: ['user=polw:mail', 'argv=/usr/bin/env', 'a b', '/x/polw'],
  });
});

test('restrictions with their arguments, in braces or not', () => {
  const list =
    'permit_mynetworks reject_rbl_client zen.example, warn_if_reject check_policy_service { unix:private/p, timeout=1s },, hash:/etc/x';
  expect(restrictionsOf(list)).toEqual([
    { name: 'permit_mynetworks', argument: '', onlyWarns: false },
    { name: 'reject_rbl_client', argument: 'zen.example', onlyWarns: false },
    { name: 'check_policy_service', argument: '{ unix:private/p, timeout=1s }', onlyWarns: true },
    { name: 'check_access', argument: 'hash:/etc/x', onlyWarns: false },
  ]);
});

test('the settings of a call', () => {
  const call = policyCallOf('{ inet:localhost:1, timeout=1s, { default_action = PREPEND X: y } policy_context=a }');
  expect([call.address, ...call.options]).toEqual([
    'inet:localhost:1',
    ['timeout', '1s'],
    ['default_action', 'PREPEND X: y'],
    ['policy_context', 'a'],
  ]);
  expect(policyCallOf('{ unix:p, timeout = 1s }').malformed).toBe('timeout');
});

test.each([
  ['100s', 100],
  ['5m', 300],
  ['7', 7],
  ['1h', 3600],
  ['2d', 172800],
  ['1w', 604800],
  ['soon', undefined],
  ['1.5s', undefined],
])('the time %s', (text, seconds) => {
  expect(secondsOf(text)).toBe(seconds);
});
