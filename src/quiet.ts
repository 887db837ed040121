// Runs first of all: under spawn(8) fd 2 is the very socket on which Postfix waits for answers, and a word of Node's
// there would be taken for one. So it is led elsewhere before anything else can happen.

import { closeSync, fstatSync, openSync } from 'node:fs';

/** True if fd 2 was the socket of Postfix, and now isn't any more. */
export const movedAway = moveAway();

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
