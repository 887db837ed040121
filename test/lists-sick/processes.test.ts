// What one process learns about a list, all know.

import { describe, expect, test } from 'vitest';
import { type DnsServer, faults } from '../../rig/dns-server.ts';
import type { Polw } from '../../rig/process.ts';
import { type Attributes, rcpt } from '../../rig/request.ts';
import { Site } from '../../rig/sick-lists/site.ts';
import { DEFAULT_LISTS, listNamed, questionsIn, worldWith } from '../../rig/sick-lists/world.ts';
import { newServer, until } from '../../rig/within-test.ts';
import { testNames } from '../../src/lists/test-entries.ts';

const ZEN = 'zen.spamhaus.org';

/** Mails of different clients: no answer to one is of use to another. */
function mailOf(client: number): Attributes {
  return rcpt({ instance: `client ${client}`, client_address: `192.0.2.${client}` });
}

/** What was asked in order to test a list, and for mails. */
function testsOf(server: DnsServer, zone: string): readonly string[] {
  return questionsIn(server, zone).filter((name) => /^[12]\.0\.0\.127\./.test(name));
}

function mailsOf(server: DnsServer, zone: string): readonly string[] {
  return questionsIn(server, zone).filter((name) => !/^[12]\.0\.0\.127\./.test(name));
}

async function startTen(site: Site): Promise<readonly Polw[]> {
  return Promise.all(Array.from({ length: 10 }, () => site.start()));
}

describe('ten processes with one file', () => {
  test('a list that refuses one of them is asked by none, until one of them finds it healed', async () => {
    const server = await newServer(worldWith(DEFAULT_LISTS, [listNamed('ZEN')], 'refusing'));
    const site = new Site(server);
    const [first, ...others] = await startTen(site);
    if (first === undefined) throw new Error('no process was started');

    await first.ask(mailOf(20));
    await site.tested(DEFAULT_LISTS.length);
    expect(site.row(ZEN)).toMatchObject({ off: 'refused', answer: '127.255.255.254' });
    expect(mailsOf(server, ZEN)).toHaveLength(1);

    server.clear();
    const answers = await Promise.all(others.map((polw, index) => polw.ask(mailOf(30 + index))));
    for (const answer of answers) expect(answer).toMatch(/ LISTS_OFF=-1\.5 .*; rate: /);
    expect(questionsIn(server, ZEN)).toEqual([]);
    expect(mailsOf(server, 'psbl.surriel.com')).toHaveLength(9);

    // It refuses still: one process finds that out for all of them.
    site.makeDue();
    await Promise.all([first, ...others].map((polw, index) => polw.ask(mailOf(40 + index))));
    await site.tested(DEFAULT_LISTS.length);
    expect([...testsOf(server, ZEN)].sort()).toEqual([`1.0.0.127.${ZEN}`, `2.0.0.127.${ZEN}`]);
    expect(mailsOf(server, ZEN)).toEqual([]);
    expect(site.row(ZEN)?.off).toBe('refused');

    server.setZone(worldWith(DEFAULT_LISTS, [], 'healthy'));
    server.clear();
    site.makeDue();
    await Promise.all([first, ...others].map((polw, index) => polw.ask(mailOf(60 + index))));
    await site.tested(DEFAULT_LISTS.length);
    for (const list of DEFAULT_LISTS) {
      const { listed, notListed } = testNames(list);
      const names = [listed, notListed].filter((name) => name !== undefined);
      const asked = server.queries.filter(({ name }) => names.includes(name)).map(({ name }) => name);
      expect(asked.sort(), list.name).toEqual(names.sort());
    }
    expect(site.row(ZEN)?.off).toBe('');

    server.clear();
    const again = await Promise.all([first, ...others].map((polw, index) => polw.ask(mailOf(80 + index))));
    for (const answer of again) expect(answer).toContain(' NOT_IN_ZEN=-1.5 ');
    expect(mailsOf(server, ZEN)).toHaveLength(10);
    expect(testsOf(server, ZEN)).toEqual([]);
    expect(site.logged(`${ZEN} is asked again`)).toHaveLength(1);
    await Promise.all([first, ...others].map((polw) => polw.end()));
  });

  test('with an empty file and all at once, each list is tested once', async () => {
    const server = await newServer(worldWith(DEFAULT_LISTS, [], 'healthy'));
    const site = new Site(server);
    const all = await startTen(site);
    await Promise.all(all.map((polw, index) => polw.ask(mailOf(20 + index))));
    await site.tested(DEFAULT_LISTS.length);
    for (const list of DEFAULT_LISTS) {
      const { listed, notListed } = testNames(list);
      const names = [listed, notListed].filter((name) => name !== undefined);
      const asked = server.queries.filter(({ name }) => names.includes(name)).map(({ name }) => name);
      expect(asked.sort(), list.name).toEqual(names.sort());
    }
    await Promise.all(all.map((polw) => polw.end()));
    expect([...site.rows().values()].map(({ off }) => off)).toEqual(DEFAULT_LISTS.map(() => ''));
  });

  test('a process that is killed in the middle of a test gives way to another', async () => {
    const server = await newServer(worldWith(DEFAULT_LISTS, [], 'healthy'));
    server.set(`2.0.0.127.${ZEN}`, { fault: faults.drop });
    const site = new Site(server, { dns: 'dns_timeout = "30s"' });
    const [first, second] = [await site.start(), await site.start()];
    await first.ask(mailOf(20));
    await until('ZEN is being tested', () => testsOf(server, ZEN).length === 1);
    await first.kill('SIGKILL');
    server.set(`2.0.0.127.${ZEN}`, { A: '127.0.0.2' });
    await second.ask(mailOf(21));
    expect(testsOf(server, ZEN)).toHaveLength(1);
    // As if the time had run out for which the first one took the tests upon itself.
    site.makeDue();
    await second.ask(mailOf(22));
    await site.tested(DEFAULT_LISTS.length);
    expect(testsOf(server, ZEN)).toHaveLength(3);
    expect(site.row(ZEN)?.off).toBe('');
    await second.end();
  });
});

describe('one odd answer', () => {
  test('that says the question was wrong says "not listed", and no more', async () => {
    const server = await newServer(worldWith(DEFAULT_LISTS, [], 'healthy'));
    server.set('odd.test.dbl.spamhaus.org', { A: '127.0.1.255' });
    server.set('odd.test', { A: '192.0.2.20' });
    server.set('20.2.0.192.in-addr.arpa', { PTR: 'odd.test.' });
    const site = new Site(server);
    const polw = await site.start();
    await polw.ask(mailOf(21));
    await site.tested(DEFAULT_LISTS.length);
    const answer = await polw.ask({
      ...mailOf(20),
      client_name: 'odd.test',
      helo_name: 'odd.test',
      sender: 'a@odd.test',
    });
    expect(questionsIn(server, 'dbl.spamhaus.org')).toContain('odd.test.dbl.spamhaus.org');
    expect(answer).not.toMatch(/DBL|LISTS_OFF/);
    await polw.end();
    expect(site.row('dbl.spamhaus.org')).toMatchObject({ off: '', failed: 0 });
    expect(site.logged('warning: dbl.spamhaus.org')).toEqual([]);
  });

  test('about one client puts no list off: its test is done once more', async () => {
    const dnswl = 'list.dnswl.org';
    const server = await newServer(worldWith(DEFAULT_LISTS, [], 'healthy'));
    server.set(`20.2.0.192.${dnswl}`, { A: '127.0.10.3' });
    const site = new Site(server);
    const all = await startTen(site);
    await all[0]?.ask(mailOf(19));
    await site.tested(DEFAULT_LISTS.length);
    server.clear();
    const answers = await Promise.all(all.map((polw, index) => polw.ask({ ...mailOf(20), instance: `odd ${index}` })));
    for (const answer of answers) expect(answer).toMatch(/^action=PREPEND/);
    await site.tested(DEFAULT_LISTS.length);
    await Promise.all(all.map((polw) => polw.end()));
    expect(site.row(dnswl)?.off).toBe('');
    expect(site.logged(`${dnswl} is not asked`)).toEqual([]);
    const { listed, notListed } = testNames(listNamed('DNSWL'));
    const tests = server.queries.filter(({ name }) => name === listed || name === notListed);
    // Ten processes hear it at once, and one test is under way; who hears it after that has it tested again.
    expect(tests.length).toBeGreaterThanOrEqual(2);
    // On a busy machine each may be late, but none has it tested twice.
    expect(tests.length).toBeLessThanOrEqual(2 * all.length);
    server.clear();
    await site.askOnce(mailOf(30));
    expect(mailsOf(server, dnswl)).toEqual([`30.2.0.192.${dnswl}`]);
  });

  test('of a list that refuses all of them puts it off as soon as it is tested, even by processes of one mail each', async () => {
    const server = await newServer(worldWith(DEFAULT_LISTS, [], 'healthy'));
    const site = new Site(server, { dns: 'list_check_interval = 0' });
    await site.askOnce(mailOf(20));
    server.setZone(worldWith(DEFAULT_LISTS, [listNamed('ZEN')], 'refusing'));
    await site.askOnce(mailOf(21));
    expect(site.row(ZEN)?.off).toBe('refused');
    server.clear();
    await site.askOnce(mailOf(22));
    expect(questionsIn(server, ZEN)).toEqual([]);
  });

  test('puts a list off at once that has no entry by which it could be tested', async () => {
    const lists =
      '[[lists]]\nname = "OWN"\nzone = "own.test"\ntest = "none"\nnot_test = "none"\nanswers = [{ client = 3 }]\n';
    const server = await newServer({ '*.own.test': { A: '127.255.255.254' } });
    const site = new Site(server, { lists });
    await site.askOnce(mailOf(20));
    expect(site.row('own.test')?.off).toBe('refused');
  });
});

test('failures in a row are counted by all processes together', async () => {
  const psbl = listNamed('PSBL');
  const server = await newServer(worldWith(DEFAULT_LISTS, [psbl], 'silent'));
  const site = new Site(server, {
    dns: 'list_check_interval = 0\ndns_timeout = "0.3s"\ndns_tries = 1\nlist_error_skip = 2\nlist_skip_release = 4',
  });
  const tokens: string[] = [];
  for (let client = 20; client < 33; client++) {
    const before = questionsIn(server, psbl.zone).length;
    const action = await site.askOnce(mailOf(client));
    const [token = 'none'] = / (\S*PSBL\S*)/.exec(action)?.slice(1) ?? [];
    tokens.push(token);
    const asked = questionsIn(server, psbl.zone).length - before;
    expect(asked, token).toBe(token === 'PSBL=SKIP(-0.75)' ? 0 : 1);
    // It comes back while it is left out, which shows when it is tried again.
    if (client === 29) server.setZone(worldWith(DEFAULT_LISTS, [], 'healthy'));
  }
  const [failed, skipped, missed] = ['PSBL=ERR(-0.75)', 'PSBL=SKIP(-0.75)', 'NOT_IN_PSBL=-0.75'];
  expect(tokens).toEqual([
    ...[failed, failed, failed],
    ...[skipped, skipped, skipped],
    ...[failed, failed, failed],
    ...[skipped, skipped, skipped],
    missed,
  ]);
  expect(site.row(psbl.zone)).toMatchObject({ failures: 0, skips: 0 });
});

test('what lists were asked is counted by all processes together, however they end', async () => {
  const server = await newServer(worldWith(DEFAULT_LISTS, [], 'healthy'));
  server.set(`21.2.0.192.${ZEN}`, { A: '127.0.0.10' });
  server.set(`22.2.0.192.${ZEN}`, { A: '127.255.255.254' });
  const site = new Site(server, { dns: 'list_check_interval = 0' });
  await site.askOnce(mailOf(20));
  await site.askOnce(mailOf(21));
  const hungUp = await site.start();
  await hungUp.ask(mailOf(22));
  await hungUp.hangUp();
  expect(site.row(ZEN)).toMatchObject({ questions: 3, hits: 1, failed: 1 });
  const { stdout } = await site.run('lists');
  // An answer about one client puts no list off.
  expect(stdout).toMatch(/^ZEN +zen\.spamhaus\.org +on .* 127\.0\.0\.9 +3 +1 +1$/m);
});
