// Runs first of all: under spawn(8) fd 2 is the very socket on which Postfix waits for answers, and a word of Node's
// there would be taken for one. So it is led elsewhere before anything else can happen. A command that a person types is
// no service, and keeps its fd 2, even where it is the same socket as fd 1: under ssh and systemd.

import { closeSync, fstatSync, openSync } from 'node:fs';

/** True if fd 2 was the socket of Postfix, and now isn't any more. */
export const movedAway = !isCommand(process.argv.slice(2)) && moveAway();

/** Whether one of the words is a command: any that is no option, and no file behind -f. */
function isCommand(words: readonly string[]): boolean {
  return words.some((word, index) => !word.startsWith('-') && words[index - 1] !== '-f');
}

function moveAway(): boolean {
  try {
    const [out, err] = [fstatSync(1), fstatSync(2)];
    if (!err.isSocket() || err.ino !== out.ino || err.dev !== out.dev) return false;
    closeSync(2);
    openSync('/dev/null', 'a');
    return true;
  } catch {
    return false;
  }
}
