// What must be there before the first answer is what a connection waits for. Not timed, so a busy machine does not
// matter: the modules that are loaded by then, and the size of what is read.

import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { DnsServer } from '../rig/dns-server.ts';
import { POLW } from '../rig/process.ts';
import { rcpt, requestText } from '../rig/request.ts';
import { runPolw } from '../rig/within-test.ts';
import { FIRST, filesOfBundles, LATE } from '../scripts/bundles.mjs';
import { knownLists } from '../src/lists/known.ts';
import { GROUPS, SETTINGS } from '../src/settings/table.ts';
import { VARIABLES } from '../src/weigh/template.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'polw-start-'));
afterAll(() => rmSync(folder, { recursive: true }));

const bin = path.dirname(POLW);

function bundle(name: string): string {
  return readFileSync(path.join(bin, `${name}.cjs`), 'utf8');
}

/** Kilobytes. The service's bundles, and what V8 made of them, twice. */
const LIMITS = {
  polw: 4,
  'polw.bundle.cjs': 172.18,
  'polw.bundle.cache': 590,
  'polw.dns.cjs': 18,
  'polw.dns.cache': 65,
  'polw.seldom.cjs': 22,
} as const;
/** Modules of Node that may be loaded although a bare script doesn't: each has a reason. */
const ALLOWED: readonly string[] = [
  // To compile the bundle with what was kept of it.
  'NativeModule vm',
];

/** Runs polw, and gives the modules of Node that were loaded when it began to write its first answer. */
async function modulesBeforeAnswer(settings: string): Promise<readonly string[]> {
  const file = path.join(folder, 'polw.toml');
  writeFileSync(file, settings, { mode: 0o644 });
  const listing = path.join(folder, 'modules.json');
  const hook = path.join(folder, 'hook.cjs');
  writeFileSync(
    hook,
    `const fs = require('fs');
     const before = new Set(process.moduleLoadList);
     const write = fs.writeSync;
     fs.writeSync = (fd, ...rest) => {
       if (fd === 1) {
         fs.writeSync = write;
         const added = process.moduleLoadList.filter((name) => !before.has(name));
         fs.writeFileSync(${JSON.stringify(listing)}, JSON.stringify(added));
       }
       return write(fd, ...rest);
     };`,
  );
  const { stdout } = await runPolw(['-f', file], requestText(rcpt()), { env: { NODE_OPTIONS: `--require ${hook}` } });
  expect(stdout).toMatch(/^action=PREPEND .*\n\n$/);
  const loaded: unknown = JSON.parse(readFileSync(listing, 'utf8'));
  if (!Array.isArray(loaded)) throw new Error('the hook wrote no list');
  return loaded.map(String);
}

test('a mail about which all is cached needs no module of Node beyond the few that are allowed', async () => {
  const dns = await new DnsServer({
    'good.test': { MX: [[10, 'mail.good.test']] },
    'mail.good.test': { A: '192.0.2.10' },
  }).start();
  const settings = `[dns]
nameservers = ["127.0.0.1:${dns.port}"]
list_check_interval = 0
[cache]
cache_file = "${folder}/cache.sqlite"
ham_cache_size = 0
[log]
log_to = "nowhere"
`;
  const uncached = await modulesBeforeAnswer(settings);
  expect(uncached).toContain('NativeModule dgram');
  const cached = await modulesBeforeAnswer(settings);
  await dns.stop();
  expect(cached.filter((name) => !ALLOWED.includes(name))).toEqual([]);
});

test.each(Object.entries(LIMITS))('%s has at most %d kB', (name, limit) => {
  expect(statSync(path.join(bin, name)).size).toBeLessThanOrEqual(limit * 1000);
});

test('there are the bundles of the list, and no others', () => {
  const found = readdirSync(bin).filter((file) => /^polw\..*\.(cjs|cache)$/.test(file));
  expect(found.sort()).toEqual([...filesOfBundles()].sort());
});

test.each(LATE.map(({ name, sources }) => [name, sources] as const))(
  'what %s holds is not in the first bundle',
  (name, sources) => {
    for (const source of sources) {
      const code = readFileSync(path.join(bin, '..', source), 'utf8');
      const exported = code.matchAll(/^export (?:(?:async )?function (\w+)|\{ (\w+) \} from)/gm);
      const functions = [...exported].map(([, here, elsewhere]) => `function ${here ?? elsewhere}(`);
      expect(functions).not.toEqual([]);
      for (const declared of functions) {
        expect([declared, bundle(name).includes(declared)]).toEqual([declared, true]);
        expect([declared, bundle(FIRST.name).includes(declared)]).toEqual([declared, false]);
      }
    }
  },
);

describe('the texts that no answer needs', () => {
  const texts = [
    ...Object.values(GROUPS),
    ...Object.values(SETTINGS).map(({ text }) => text),
    ...Object.values(VARIABLES),
    ...knownLists().map(({ terms }) => terms),
  ].filter((text) => text.length > 'needs a key'.length);

  test('are not in the first bundle', () => {
    expect(texts.length).toBeGreaterThan(100);
    expect(texts.filter((text) => bundle(FIRST.name).includes(text))).toEqual([]);
  });

  test('are where they are shown', () => {
    for (const { terms } of knownLists()) expect(bundle('polw.seldom')).toContain(terms);
    // The table of settings has quotes in some of its texts, and the bundle has them in another form.
    const plain = texts.filter((text) => !text.includes("'") && !text.includes('"'));
    expect(plain.filter((text) => !bundle('polw.commands').includes(text))).toEqual([]);
  });
});
