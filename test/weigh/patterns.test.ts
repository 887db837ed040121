// What names of hosts look like: names of the kinds that are seen in the wild, below made-up providers.

import { describe, expect, test } from 'vitest';
import { settingsWith } from '../../rig/recorded.ts';
import { holdsAddress, looksOf } from '../../src/weigh/patterns.ts';

const words = looksOf(settingsWith());
const parts = looksOf(settingsWith({ as_policyd_weight: true }));

/** As HELO is looked at. */
function seemsDialUp(name: string): boolean {
  return !words.server(name) && (words.dynamic(name) || holdsAddress(name));
}

const DIAL_UP = [
  'dhcp-198-51-100-7.isp.example',
  'cpe-198-51-100-7.city.isp.example',
  'pool-198-51-100-7.city.isp.example',
  'h5.adsldyn.isp.example',
  'h5.adslfixo.isp.example',
  'h5.vdslpro.isp.example',
  'h5.dialups.isp.example',
  'h5.dialinpool.isp.example',
  'h5.dynamicpool.isp.example',
  'h5.dynuser.isp.example',
  'h5.userdyn.isp.example',
  'h5.cablenet.isp.example',
  'h5.cabletv.isp.example',
  'h5.clientes.isp.example',
  'h5.clientpool.isp.example',
  'h5.isdnppp.isp.example',
  'a.revip2.isp.example',
  'adsl-198-51-100-7.dsl.isp.example',
  'adsl-7-100.isp.example',
  'xdsl-7.isp.example',
  'vdsl7.isp.co.uk',
  'dsl-198-51-100-7.isp.example',
  'dsl.dynamic198511007.isp.example',
  'dslb-198-051-100-007.198.051.pools.isp.example',
  'dslpool7.isp.example',
  'h-100-7.a357.priv.dsl.isp.example',
  'dyn-198-51-100-7.isp.example',
  '198-51-100-7.dyn.isp.example',
  'dyn7.isp.com.br',
  'dynamic-7.isp.example',
  '7.100.51.198.dynamic.isp.example',
  'dynamicip-7.isp.example',
  'i5e7.dynamic.isp.com.au',
  'p4fdc1234.dip0.isp.example',
  'p57b31234.dip.isp.example',
  'p5483.dip0.t-ipconnect.de',
  'ppp123.isp.example',
  'ppp-100-7.isp.example',
  'pppoe-7.isp.example',
  'dial-7.isp.example',
  'dialup-7.isp.example',
  'dialin-100-7.isp.example',
  'cable-7.isp.example',
  'cablemodem7.isp.example',
  'x7.cable.isp.co.nz',
  'client-198-51-100-7.isp.example',
  'client7.isp.example',
  'cliente-7-100.isp.com.ar',
  'cpe-198-51-100-7.isp.example',
  'pool-198-51-100-7.isp.example',
  'host-198-51-100-7.isp.example',
  'c-198-51-100-7.hsd1.isp.example',
  'a198.51.100.7.isp.example',
  'ip_198_51_100_7.isp.example',
  'rev-198-51-100-7.ip.isp.example',
  'reverse-ip-7.isp.example',
  'abo-7-100.rev.home.isp.example',
  'user-198-51-100-7.xn--bcher-kva.example',
];

const SERVERS = [
  'pool1-out3.esp.test',
  'pool-out1.esp2go.com',
  'pool1.send2.esp.com',
  'a5.pool.esp365.com',
  'out1.pool.4you.com',
  'ip-pool-12.newsletter2go.com',
  'cpe1.office2.firm.com',
  'vm12.dhcp.uni.edu',
  'h5.dhcp.firm.com',
  'ip-203-0-113-5.estatico.isp.es',
  '203-0-113-5.staticdsl.isp.net',
  'adsl5.statics.isp.net',
  'dsl-mxb1.k.com',
  'vmx-203-0-113-5.k.com',
  'emailserver-203-0-113-5.k.com',
  'webmailer1.cable.k.com',
  'dynamics.firm.com',
  'dialog1.firm.com',
  'mail.firm.example',
  'mx1.firm.example',
  'mx-out-7.firm.example',
  'smtp.firm.co.uk',
  'smtp-out-198-51-100-7.firm.example',
  'mailout7.firm.example',
  'webmail.dynamic.firm.example',
  'exmail.dsl.firm.example',
  'mta-198-51-100-7.firm.example',
  'relay1.firm.example',
  'outbound-7.firm.example',
  'static-198-51-100-7.isp.example',
  'static.7.100.51.198.clients.isp.example',
  'stat7.dsl.isp.example',
  'dedicated-7.client.isp.example',
  'srv198-51-100-7.isp.example',
  'server-198-51-100-7.isp.example',
  'gw.medialab.co.uk',
  'gw.medialab.example',
  'mail.dialog.example',
  'gw.dialog.example',
  'dialog7.firm.example',
  'dialogue.firm.example',
  'pm12.clients.esp.test',
  'o7.clients.esp.example',
  'gw.cableworld.example',
  'out.dynamics.example',
  'dynamo.firm.example',
  'gw.dyn.example',
  'gw.adsl.co.uk',
  'client.example',
  'dsl.example',
  'ppp.co.uk',
  'apache.firm.example',
  'cpe.firm.example',
  'pool.firm.example',
  'cpe7.firm.example',
  'revip.firm.example',
  'ip-rev.firm.example',
  'firm.dyndns.org',
  'host.firm.example',
  'vps7.isp.example',
  'ec2-7.compute.isp.example',
  'out.mandrell.example',
  'gw.wimpdsign.example',
  'firm.example',
  'localhost',
  '',
];

test('there are enough names to tell', () => {
  expect(new Set(DIAL_UP).size).toBeGreaterThanOrEqual(40);
  expect(new Set(SERVERS).size).toBeGreaterThanOrEqual(40);
});

test.each(DIAL_UP)('%s seems to be a dial-up line', (name) => {
  expect(seemsDialUp(name)).toBe(true);
});

test.each(SERVERS)('"%s" does not', (name) => {
  expect(seemsDialUp(name)).toBe(false);
});

describe('as policyd-weight, parts of words count', () => {
  test.each(['gw.medialab.co.uk', 'pm12.clients.esp.test', 'x.dip.isp.test', 'a.ppp.test.', 'reversehip.isp.test'])(
    '%s is dynamic',
    (name) => {
      expect([parts.dynamic(name), parts.server(name)]).toEqual([true, false]);
    },
  );

  test.each(['dip.isp.test', 'dsl.test', 'ip-rev.isp.test', 'dyn.co.uk.'])(
    '%s is not, but for two dots behind it',
    (name) => {
      expect(parts.dynamic(name)).toBe(name === 'dyn.co.uk.');
    },
  );

  test.each(['mx.isp.test', 'hotmailer.isp.test', 'estate.isp.test', 'dedicated7.isp.test'])(
    '%s is a server',
    (name) => {
      expect(parts.server(name)).toBe(true);
    },
  );

  test.each(['nstat.isp.test', 'mail.test', 'host.isp.test'])('%s is none', (name) => {
    expect(parts.server(name)).toBe(false);
  });
});
