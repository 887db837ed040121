// Builds bin/: the service as one bundle (polw.bundle.cjs), what is loaded later (see bundles.mjs), what V8 made of them
// (polw.*.cache), a launcher (polw), the Public Suffix List (polw.suffixes), and SQLite's native part. The folder can be
// copied to any machine of the same kind with the same major version of Node.

import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { AUTHORITATIVE_ANSWER, decode, encode } from 'dns-packet';
import { build } from 'esbuild';
import { FIRST, filesOfBundles, LATE } from './bundles.mjs';
import { suffixTable } from './suffixes.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(import.meta.url);
const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));

const suffixes = await suffixTable();

/** Accepted, refused, listed, IPv6. */
const MAILS = [
  { client: '192.0.2.1', helo: 'mail.example.test', sender: 'a@example.test' },
  { client: '192.0.2.2', helo: 'dsl.2-0-192.isp.example', sender: 'nobody@no.such.example' },
  { client: '192.0.2.3', helo: '[192.0.2.3]', sender: 'x+y@example.test' },
  { client: '2001:db8::1', helo: 'six.example.test', sender: 'b@example.test' },
];

/** Before them. */
const FIRST_MAIL = { client: '192.0.2.4', helo: 'other.example.test', sender: 'c@other.example.test' };

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  legalComments: 'none',
  logLevel: 'warning',
};

/** What better-sqlite3 can do besides, and polw never asks for: an eighth of the bundle. */
const withoutUnused = {
  name: 'without-unused',
  setup({ onLoad }) {
    const unused = /better-sqlite3\/lib\/methods\/(table|transaction|backup|aggregate|function|serialize|inspect)\.js$/;
    onLoad({ filter: unused }, () => ({ contents: 'module.exports = undefined;' }));
  },
};

/** See src/manual.ts. Whoever waits for an answer need not wait until such texts are read. */
const withoutTexts = {
  name: 'without-texts',
  setup({ onLoad }) {
    onLoad({ filter: /\/src\/.*\.ts$/ }, ({ path }) => {
      const contents = readFileSync(path, 'utf8').replace(/\bmanual`[^`]*`/g, "''");
      return { contents, loader: 'ts' };
    });
  },
};

/** What is loaded late is required from a bundle of its own: by the first bundle, as the others are loaded whole. */
const lateApart = {
  name: 'late-apart',
  setup({ onResolve }) {
    onResolve({ filter: /\.ts$/ }, ({ kind, path: target, resolveDir }) => {
      if (kind !== 'dynamic-import') return undefined;
      const source = path.relative(root, path.resolve(resolveDir, target));
      const bundle = LATE.find(({ sources }) => sources.includes(source));
      return bundle === undefined ? undefined : { path: `./${bundle.name}.cjs`, external: true };
    });
  },
};

/** The launcher calls a bundle as Node calls a module: a string that need not be made longer is read faster. */
function bundle({ name, sources, texts }, plugins) {
  const contents = sources.map((source) => `export * from './${source}';`).join('\n');
  return build({
    ...common,
    stdin: { contents, resolveDir: root, loader: 'ts' },
    outfile: `bin/${name}.cjs`,
    plugins: [...plugins, withoutUnused, ...(texts ? [] : [withoutTexts])],
    banner: { js: '(function (require, __dirname, module) {' },
    footer: { js: '})' },
    // better-sqlite3 looks for its native part with `bindings` only if it isn't told where it is; we tell it.
    external: ['bindings'],
    // Whitespace is a third of the bundle, and is read at each start. Names stay, for stack traces.
    minifyWhitespace: true,
    minifySyntax: true,
    // What is imported late is inside of the bundle, another one, or a module of Node: `require` will do, and loads no
    // ESM loader.
    supported: { 'dynamic-import': false },
    define: {
      POLW_VERSION: JSON.stringify(version),
      POLW_NODE_MODULES_VERSION: JSON.stringify(process.versions.modules),
      POLW_SUFFIXES_AS_OF: String(suffixes.asOf),
    },
  });
}

// Renamed into place: a process that runs reads the old one or the new one.
const table = path.join(root, 'bin/polw.suffixes');
writeFileSync(`${table}.new`, suffixes.bytes);
renameSync(`${table}.new`, table);
// Of an earlier build; what is installed is all that is called so.
for (const file of readdirSync(path.join(root, 'bin'))) {
  if (/^polw\..*\.(cjs|cache)$/.test(file) && !filesOfBundles().includes(file)) rmSync(path.join(root, 'bin', file));
}
await bundle(FIRST, [lateApart]);
for (const late of LATE) await bundle(late, []);
await build({ ...common, entryPoints: ['src/launch.ts'], outfile: 'bin/polw', banner: { js: '#!/usr/bin/env node' } });
chmodSync(path.join(root, 'bin/polw'), 0o755);
// Renamed into place: a process that runs has the old one mapped.
const native = path.join(root, 'bin/better_sqlite3.node');
copyFileSync(require.resolve('better-sqlite3/build/Release/better_sqlite3.node'), `${native}.new`);
renameSync(`${native}.new`, native);
await keepCompiled();

/** Runs the bundle on a few requests as they are in earnest, and keeps what V8 has compiled by then. */
async function keepCompiled() {
  const folder = mkdtempSync(path.join(tmpdir(), 'polw-build-'));
  const server = await exampleNameServer();
  // V8 takes code of other bundles for that of these, if they are as long.
  for (const { name } of [FIRST, ...LATE]) rmSync(path.join(root, `bin/${name}.cache`), { force: true });
  try {
    const settings = path.join(folder, 'polw.toml');
    writeFileSync(settings, exampleSettings(folder, server.address().port), { mode: 0o644 });
    // As most processes find it: there is a file, and the lists are tested.
    await run([path.join(root, 'bin/polw'), '-f', settings], [FIRST_MAIL]);
    // Each mail twice: asked, and from the cache.
    await run([path.join(root, 'scripts/keep-compiled.mjs'), settings], [...MAILS, ...MAILS]);
  } finally {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function run(words, mails) {
  const child = spawn(process.execPath, words, {
    env: { PATH: process.env.PATH },
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  child.stdin.end(mails.map(request).join(''));
  const [status] = await once(child, 'close');
  if (status !== 0) throw new Error('the bundle does not run');
}

/** Answers for example.test and its mail server; all other names do not exist. */
async function exampleNameServer() {
  const answers = {
    'MX example.test': { preference: 10, exchange: 'mail.example.test' },
    'A mail.example.test': '192.0.2.1',
    'PTR 1.2.0.192.in-addr.arpa': 'mail.example.test',
    'A 3.2.0.192.bl.example.test': '127.0.0.2',
  };
  const socket = createSocket('udp4');
  socket.on('message', (bytes, { port, address }) => {
    const { id, questions } = decode(bytes);
    const [{ type, name }] = questions;
    const data = answers[`${type} ${name.toLowerCase()}`];
    const flags = data === undefined ? AUTHORITATIVE_ANSWER | 3 : AUTHORITATIVE_ANSWER;
    const records = data === undefined ? [] : [{ type, name, ttl: 300, data }];
    socket.send(encode({ type: 'response', id, flags, questions, answers: records }), port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}

function exampleSettings(folder, port) {
  return `[decision]
reject_level = 1
[scores]
helo_score = { hit = 1.5, miss = -2 }
[dns]
nameservers = ["127.0.0.1:${port}"]
dns_timeout = "2s"
[cache]
cache_file = "${folder}/cache.sqlite"
ham_cache_size = 0
spam_cache_size = 0
[texts]
reject_text = "550 5.7.1 No. {client}"
[log]
log_to = "file"
log_file = "${folder}/log"
[[lists]]
name = "BL"
zone = "bl.example.test"
family = "ipv4"
miss = -1.5
answers = [{ match = "127.0.0.2", client = 4 }, { match = "127.0.0.[3..4;7]", name = "X", client = 2, group = "g" }]
[[lists]]
name = "RHS"
zone = "rhs.example.test"
answers = [{ sender = 4, helo = 1, client_name = 1 }]
`;
}

function request({ client, helo, sender }, index) {
  return `request=smtpd_access_policy
protocol_state=RCPT
client_address=${client}
client_name=unknown
helo_name=${helo}
sender=${sender}
recipient=b@example.test
instance=${index}

`;
}
