// Whatever the bench starts or makes is ended and removed, in the reverse order: at its end, and when it is
// interrupted. All of it is synchronous, so that it also works while the process is exiting.

import { chmodSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';

const endings = [];

/** The folder in which everything lies. Open to all, as programs of several accounts have to do with it. */
export const FOLDER = mkdtempSync(`${tmpdir()}/polw-bench-`);
chmodSync(FOLDER, 0o755);
atEnd(() => rmSync(FOLDER, { recursive: true, force: true, maxRetries: 3 }));
atEnd(endProcesses);

process.once('exit', () => {
  for (const end of endings.reverse()) {
    try {
      end();
    } catch (error) {
      process.stderr.write(`while cleaning up: ${error}\n`);
    }
  }
});
for (const [signal, number] of [
  ['SIGINT', 2],
  ['SIGTERM', 15],
  ['SIGHUP', 1],
]) {
  process.once(signal, () => process.exit(128 + number));
}

/** Does this when the bench ends, however that comes. What was said last is done first. */
export function atEnd(end) {
  endings.push(end);
}

/** The processes that work in the folder or whose command names it; the bench itself isn't one of them. */
export function processesIn(folder) {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && pid !== process.pid && pid !== process.ppid && belongsTo(pid, folder));
}

function belongsTo(pid, folder) {
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    // Zombies have no command, and nothing is to be done about them.
    return command !== '' && (command.includes(folder) || readlinkSync(`/proc/${pid}/cwd`).startsWith(folder));
  } catch {
    // It has ended meanwhile, or belongs to somebody else.
    return false;
  }
}

/** Ends what is left, such as the cache daemon of the original. */
function endProcesses() {
  for (const pid of processesIn(FOLDER)) process.kill(pid, 'SIGKILL');
}
