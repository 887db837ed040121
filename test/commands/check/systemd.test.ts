// What systemd forbids to Postfix, as its units say it, and where the log goes.

import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { newFolder } from '../../../rig/within-test.ts';
import { aboutSyslog } from '../../../src/commands/check/about-log.ts';
import { aboutUnit, readUnit, unitSettings } from '../../../src/commands/check/about-systemd.ts';
import { lineOf } from '../../../src/commands/check/finding.ts';

const NEEDS = {
  argv: ['/usr/local/lib/polw/polw'],
  writes: ['/var/lib/polw/cache.sqlite', '/var/log/polw/polw.log'],
};

/** The lines that are said of a unit. */
function linesOf(text: string, needs = NEEDS): readonly string[] {
  return aboutUnit('postfix.service', readUnit(text), needs).map(lineOf);
}

describe('a unit', () => {
  test.each([
    'MemoryDenyWriteExecute=no',
    'ProtectSystem=yes',
    'ProtectSystem=full',
    'PrivateNetwork=no\nRestrictAddressFamilies=AF_UNIX AF_INET AF_INET6',
    'RestrictAddressFamilies=~AF_PACKET',
    'ProtectSystem=strict\nReadWritePaths=/var/spool/postfix /var/lib/polw\nReadWritePaths=-/var/log',
    'ProtectSystem=strict\nReadWritePaths=/var/log\nStateDirectory=polw',
    'MemoryDenyWriteExecute=yes\nMemoryDenyWriteExecute=no',
  ])('with %j is well', (text) => {
    expect(linesOf(`[Service]\n${text}\n`)).toEqual([]);
  });

  test.each([
    [
      'MemoryDenyWriteExecute=yes',
      /^postfix\.service: MemoryDenyWriteExecute is set, and Node can not start under it; .*--jitless --no-expose-wasm \/usr\/local\/lib\/polw\/polw$/,
    ],
    ['PrivateNetwork=true', /PrivateNetwork is set, and polw can not ask the DNS/],
    ['RestrictAddressFamilies=AF_UNIX', /leaves out AF_INET/],
    [
      'ProtectSystem=strict\nReadWritePaths=/var/spool/postfix',
      /ProtectSystem is strict, and polw can not write \/var\/lib\/polw\/cache\.sqlite, \/var\/log\/polw\/polw\.log; add ReadWritePaths=\/var\/lib\/polw \/var\/log\/polw /,
    ],
    ['ProtectSystem=strict\nReadWritePaths=/var/lib/polw\nReadWritePaths=', /can not write/],
  ])('with %j is told', (text, says) => {
    expect(linesOf(`[Service]\n${text}\n`)).toEqual([expect.stringMatching(says)]);
  });

  test('without the compiler, Node bears MemoryDenyWriteExecute', () => {
    const argv = ['/usr/bin/node', '--jitless', '--no-expose-wasm', '/usr/local/lib/polw/polw'];
    expect(linesOf('MemoryDenyWriteExecute=yes', { ...NEEDS, argv })).toEqual([]);
  });
});

test('the file of a unit that counts is the first one, with what is added to it', () => {
  const folder = newFolder();
  for (const name of ['etc', 'lib', 'etc/postfix.service.d', 'lib/postfix@-.service.d'])
    mkdirSync(`${folder}/${name}`, { recursive: true });
  writeFileSync(`${folder}/etc/postfix.service`, '[Service]\nProtectSystem=full\n');
  writeFileSync(`${folder}/lib/postfix.service`, '[Service]\nPrivateNetwork=yes\n');
  writeFileSync(`${folder}/etc/postfix.service.d/hard.conf`, '[Service]\nMemoryDenyWriteExecute=yes\n');
  writeFileSync(`${folder}/lib/postfix@-.service`, '[Service]\nType=forking\n');
  writeFileSync(`${folder}/lib/postfix@-.service.d/10.conf`, '[Service]\nProtectSystem=strict\n');
  const units = unitSettings([`${folder}/etc`, `${folder}/lib`]);
  expect(Object.fromEntries([...units].map(([unit, settings]) => [unit, Object.fromEntries(settings)]))).toEqual({
    'postfix.service': { ProtectSystem: 'full', MemoryDenyWriteExecute: 'yes' },
    'postfix@-.service': { ProtectSystem: 'strict' },
  });
});

describe('a log that goes to syslog', () => {
  const nowhere = '/nonexistent/log';

  test('is lost without a daemon', () => {
    expect(aboutSyslog('', nowhere, '/bin/true').map(lineOf)).toEqual([
      'warning: the log is lost: it goes to syslog, and there is no /nonexistent/log; run a syslog daemon, or set log_to = "file" and log_file',
    ]);
  });

  test('arrives by the socket of one', async () => {
    const server = createServer().listen(`${newFolder()}/log`);
    await once(server, 'listening');
    const address = server.address();
    expect(aboutSyslog('', typeof address === 'string' ? address : '', '/bin/true')).toEqual([]);
    server.close();
  });

  test('does not arrive in the log file of Postfix, unless postlog may write to it', () => {
    expect(aboutSyslog('/var/log/maillog', nowhere, '/bin/true')).toHaveLength(1);
  });
});
