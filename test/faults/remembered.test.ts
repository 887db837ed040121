// What is remembered, under attack: many processes at once, and a sender that fills the file.

import path from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { DnsServer, type Entry } from '../../rig/dns-server.ts';
import { copyOfProgram, newFolder, newSettings, startFrom } from '../../rig/faults/faults.ts';
import { rcpt } from '../../rig/request.ts';
import { serverOf } from '../../rig/settings-text.ts';

const bin = copyOfProgram();
const CLIENT = '192.0.2.10';

describe('a sender that is accepted without any check, as by policyd-weight', () => {
  const PROCESSES = 16;
  const ROUNDS = 20;

  test('gets no more than its 60 mails through, however many processes it is at', { timeout: 120_000 }, async () => {
    const dns = await new DnsServer({ '*.good.test': { A: CLIENT } }).start();
    const cache = path.join(newFolder(), 'cache.sqlite');
    const { settings } = newSettings({
      servers: [serverOf(dns)],
      cache,
      more: '[decision]\nas_policyd_weight = true\nmax_dnsbl_score = 4',
      dns: 'list_check_interval = 0',
      cacheLines: 'ham_cache_probation = 0\nspam_cache_size = 0\ndns_ttl_max = 0\ndns_negative_ttl_max = 0',
    });
    const all = await Promise.all(Array.from({ length: PROCESSES }, () => startFrom(bin, settings)));
    const mail = (round: number, instance: string) =>
      rcpt({ client_address: CLIENT, sender: `x@sub${round}.good.test`, instance: `${round}.${instance}` });
    const [first] = all;
    if (first === undefined) throw new Error('no process');

    const through: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      dns.set('10.2.0.192.bl.test', { rcode: 'NXDOMAIN' });
      expect(await first.ask(mail(round, 'first'))).toMatch(/rate: -/);
      // All of this is written before the next request is read, and its probation is over with the next millisecond.
      await first.ask(rcpt({ request: 'none' }));
      await new Promise((resolve) => setTimeout(resolve, 5));
      // From now on its client is listed: only what is not checked gets through.
      dns.set('10.2.0.192.bl.test', { A: '127.0.0.2' });
      const answers = await Promise.all(
        all.map(async (polw, index) => {
          const said: string[] = [];
          for (let time = 0; time < 12; time++) said.push(await polw.ask(mail(round, `${index}.${time}`)));
          return said;
        }),
      );
      const said = answers.flat();
      expect(said.filter((answer) => !/known sender; rate:hard|^action=550/.test(answer))).toEqual([]);
      through.push(said.filter((answer) => answer.includes('known sender; rate:hard')).length);
    }
    await Promise.all(all.map((polw) => polw.end()));
    await dns.stop();
    expect(Math.max(...through)).toBeLessThanOrEqual(60);
    // They were to be had.
    expect(Math.max(...through)).toBeGreaterThan(20);
  });
});

describe('a sender whose exchanges have thousands of addresses', () => {
  /** Name servers of his own make up as many as they like. */
  const huge: Entry = {
    A: Array.from({ length: 1500 }, (_, index) => `203.0.${index >> 8}.${index & 255}`),
    ttl: 86_400,
    tc: true,
  };

  test('leaves room in the file for what matters', { timeout: 120_000 }, async () => {
    const dns = await new DnsServer({
      '*.hosts.test': huge,
      '*.evil.test': { MX: Array.from({ length: 15 }, (_, index) => [10, `h${index}.hosts.test`] as const) },
      '2.0.0.127.bl.test': { A: '127.0.0.2' },
    }).start();
    const cache = path.join(newFolder(), 'cache.sqlite');
    const { settings } = newSettings({ servers: [serverOf(dns)], cache, cacheLines: 'cache_max_megabytes = 1' });
    const polw = await startFrom(bin, settings);
    const answers: string[] = [];
    for (let index = 0; index < 40; index++) {
      const name = `n${index}`;
      // Each mail has hosts of its own.
      dns.set(`${name}.evil.test`, {
        MX: Array.from({ length: 15 }, (_, host) => [10, `h${host}.${name}.hosts.test`] as const),
      });
      answers.push(
        await polw.ask(
          rcpt({
            client_address: `198.51.100.${index}`,
            client_name: 'unknown',
            helo_name: `${name}.evil.test`,
            sender: `x@${name}.evil.test`,
            instance: `evil.${index}`,
          }),
        ),
      );
    }
    expect(answers.filter((answer) => !/^action=(PREPEND|550|450)/.test(answer))).toEqual([]);

    // Now a list refuses us, and somebody else is refused.
    dns.set('*.bl.test', { A: '127.255.255.254' });
    await polw.ask(
      rcpt({ client_address: '192.0.2.77', sender: 'x@nowhere.test', helo_name: 'localhost', instance: 'a' }),
    );
    await polw.end();
    const db = new Database(cache, { readonly: true });
    const read = (sql: string): unknown => db.prepare(sql).pluck().get();
    expect(read("SELECT off FROM list_v1 WHERE zone = 'bl.test'")).toBe('refused');
    expect(read("SELECT sum(n) FROM count_v1 WHERE what LIKE 'decision %'")).toBe(41);
    expect(read("SELECT count(*) FROM refused_v2 WHERE who LIKE '192.0.2.77%'")).toBe(1);
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
    db.close();
    await dns.stop();
  });
});
