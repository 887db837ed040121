// Tells a person who started the service by hand what it waits for.

import { isatty } from 'node:tty';

/** Says so, if fd 0 is a terminal. */
export function greet(): void {
  if (!isatty(0)) return;
  process.stderr.write(
    'polw waits for a request of Postfix: lines such as sender=a@example.org, and an empty line. Ctrl-D ends it; polw -h helps.\n',
  );
}
