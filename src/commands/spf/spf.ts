// polw spf: whether a client may send for a sender, and with --lint what is wrong with a domain's policy. Asks the name
// servers as they are set, and neither looks into the cache nor leaves anything there.

import { hostname } from 'node:os';
import { parseAddress } from '../../dns/address.ts';
import { LiveDns } from '../../dns/live.ts';
import { askableName } from '../../dns/name.ts';
import { nameServers } from '../../dns/servers.ts';
import { checkHost } from '../../evidence/spf/check-host.ts';
import { isCheckable } from '../../evidence/spf/identity.ts';
import type { SpfQuery } from '../../evidence/spf/query.ts';
import { loadSettings } from '../../settings/file.ts';
import type { Typed } from '../command.ts';
import { printable } from '../printable.ts';
import { USAGE } from '../usage.ts';
import { lint } from './lint.ts';
import { lintAsJson, lintAsText } from './linted.ts';
import { TimedQuestions } from './questions.ts';
import { checkAsJson, checkAsText } from './verdicts.ts';

const WANTED = 'spf wants the address of a client and a sender, or --lint DOMAIN';

export async function run({ words, file, options }: Typed): Promise<number> {
  const json = options.json === true;
  if (typeof options.lint === 'string') {
    const domain = askableName(options.lint) ?? '';
    if (words.length > 0) return wrong('--lint wants a domain and no other words');
    if (!isCheckable(domain)) return wrong(`--lint wants a domain such as example.org, not "${options.lint}"`);
    const questions = questionsOf(file);
    const linted = await lint(domain, questions);
    questions.end();
    process.stdout.write(json ? lintAsJson(linted) : lintAsText(linted));
    return linted.remarks.some(({ severity }) => severity === 'error') ? 1 : 0;
  }
  const [address, sender, helo] = words;
  if (address === undefined || sender === undefined) return wrong(WANTED);
  const client = parseAddress(address);
  if (client === undefined) return wrong(`spf wants the address of a client such as 192.0.2.1, not "${address}"`);
  const query: SpfQuery = {
    client,
    // As smtpd logs it: `<>` is the null sender.
    sender: sender.replace(/^<(.*)>$/s, '$1'),
    helo: helo ?? '',
    receiver: hostname(),
    now: Math.floor(Date.now() / 1000),
  };
  const questions = questionsOf(file);
  const [mailfrom, ofHelo] = await Promise.all([
    checkHost(query, questions),
    checkHost({ ...query, sender: '' }, questions),
  ]);
  questions.end();
  const checked = { query, mailfrom, helo: ofHelo };
  process.stdout.write(json ? checkAsJson(checked) : checkAsText(checked, questions));
  return 0;
}

function wrong(what: string): number {
  process.stderr.write(`polw: ${printable(what)}\n`);
  return USAGE;
}

function questionsOf(file: string | undefined): TimedQuestions {
  const { settings, trouble, warnings } = loadSettings(file);
  for (const warning of warnings) process.stderr.write(`${printable(warning)}\n`);
  if (trouble !== undefined) process.stderr.write(`${printable(trouble)}; these are the built-in settings\n`);
  return new TimedQuestions(
    new LiveDns(nameServers(settings.nameservers), settings.dns_tries, settings.dns_timeout * 1000),
  );
}
