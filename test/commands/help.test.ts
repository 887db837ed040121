// What polw says about itself, and to wrong words.

import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { POLW } from '../../rig/process.ts';
import { runOnTerminal } from '../../rig/shell.ts';
import { runPolw } from '../../rig/within-test.ts';
import { written } from '../../src/commands/command.ts';
import { COMMANDS } from '../../src/commands/table.ts';
import { SCHEMA_VERSION } from '../../src/store/schema.ts';

/** Runs polw at a shell, without a terminal: Postfix is the one who gives it a socket. */
function shell(...args: string[]): { stdout: string; stderr: string; code: number | null } {
  const { stdout, stderr, status } = spawnSync(process.execPath, [POLW, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { stdout, stderr, code: status };
}

test.each([['-h'], ['--help'], ['help']])('polw %s names all commands', (word) => {
  const { stdout, stderr, code } = shell(word);
  for (const { usage } of Object.values(COMMANDS)) expect(stdout).toContain(`polw ${usage}\n`);
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
});

test.each(Object.keys(COMMANDS))('help %s is the same as its -h', (name) => {
  const help = shell('help', name);
  expect(help).toMatchObject({ stderr: '', code: 0 });
  expect(shell(name, '-h')).toEqual(help);
  expect(shell(name, '--help')).toEqual(help);
  for (const [command, { usage, options }] of Object.entries(COMMANDS)) {
    if (command !== name) continue;
    expect(help.stdout).toMatch(/^Usage: polw /);
    expect(help.stdout).toContain(usage);
    for (const option of options) expect(help.stdout).toContain(`  ${written(option)} `);
  }
  for (const line of help.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(120);
});

test.each(['-v', '--version'])('%s names all versions', (word) => {
  const { stdout, stderr, code } = shell(word);
  expect(stdout).toMatch(/^polw \d+\.\d+\.\d+\nNode \d+\.\d+\.\d+\nSQLite 3\.\d+\.\d+\ncache schema \d+\n$/);
  expect(stdout).toContain(`Node ${process.versions.node}\n`);
  expect(stdout).toContain(`cache schema ${SCHEMA_VERSION}\n`);
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
});

describe('wrong words get one line, and 64', () => {
  test.each([
    [['chek'], 'there is no command "chek"; did you mean check?'],
    [['frobnicate'], 'there is no command "frobnicate"; see polw -h'],
    [['help', 'explian'], 'there is no command "explian"; did you mean explain?'],
    [['explain', '--clint', '192.0.2.1'], 'there is no option --clint; did you mean --client?'],
    [['explain', '--no-chache', '--client', '192.0.2.1'], 'there is no option --no-chache; did you mean --no-cache?'],
    [['explain', '--cache', '--client', '192.0.2.1'], 'there is no option --cache; see polw -h'],
    [['explain', '--client'], '--client ADDRESS wants its ADDRESS; see polw -h'],
    [['explain', '--client', '--json'], '--client ADDRESS wants its ADDRESS; see polw -h'],
    [['explain', '--client', '192.0.2.1', '--client', '192.0.2.2'], '--client is given more than once; see polw -h'],
    [['explain', '--client', 'mail.example'], '--client wants an address such as 192.0.2.1, not "mail.example"'],
    [['explain', '--from', 'a@b.example'], '--from goes with --client ADDRESS'],
    [['stats', '--sinse', '1h'], 'there is no option --sinse; did you mean --since?'],
    [['stats', '--since', 'soon'], /^--since wants a time such as .*, not the text "soon"$/],
    [['stats', '24h'], 'stats does not know what to do with "24h"; see polw -h'],
    [['stats', '--prom'], 'there is no option --prom; see polw -h'],
    [['check', '--setings-only'], 'there is no option --setings-only; did you mean --settings-only?'],
    [['cache', 'froget', 'a.example'], /^cache wants nothing, show /],
    [['cache', 'forget'], /^cache wants nothing, show /],
    [['cache', 'forget', ''], /^cache wants nothing, show /],
    [['cache', 'forget', 'a.example', '--all'], /^cache wants nothing, show /],
    [['cache', 'show', 'a.example', 'b.example'], 'cache does not know what to do with "b.example"; see polw -h'],
    [['convert'], 'convert wants a file'],
    [['-x'], 'there is no option -x; did you mean -f?'],
    [['--halp'], 'there is no option --halp; did you mean --help?'],
  ])('%j', (args, says) => {
    const { stdout, stderr, code } = shell(...args);
    expect({ stdout, code }).toEqual({ stdout: '', code: 64 });
    expect(stderr).toMatch(/^polw: [^\n]+\n$/);
    const line = stderr.slice('polw: '.length, -1);
    if (typeof says === 'string') expect(line).toBe(says);
    else expect(line).toMatch(says);
  });
});

test('options without an argument take none', async () => {
  const conf = 'REJECTLEVEL';
  const { stderr } = await runPolw(['convert', '--faithful', `/nonexistent/${conf}`]);
  expect(stderr).toContain(`/nonexistent/${conf}`);
});

describe('on a terminal', () => {
  test('the service says what it waits for, and how to end it', async () => {
    const { stdout, code } = await runOnTerminal(['-f', '/dev/null']);
    expect(stdout).toMatch(/^polw waits for a request of Postfix: .* Ctrl-D ends it; polw -h helps\.\n/m);
    expect(code).toBe(0);
  });

  test('explain without a mail does not wait for one', async () => {
    const { stdout, code } = await runOnTerminal(['explain']);
    expect(stdout).toMatch(/polw: explain wants --client ADDRESS/);
    expect(code).toBe(64);
  });
});

test('without a terminal, the service says nothing but actions', () => {
  expect(shell('-f', '/dev/null')).toEqual({ stdout: '', stderr: '', code: 0 });
});
