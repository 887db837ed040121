// A clock that only goes forward. `performance` would do, but Node loads eleven modules when it is first touched.

/** Milliseconds since the process began. */
export function milliseconds(): number {
  return process.uptime() * 1000;
}

/**
 * When something that was kept is due (milliseconds). What lies further ahead than it ever may was written while the
 * clock was wrong: it is due now.
 */
export function dueAt(kept: number, now: number, longest: number): number {
  return kept > now + longest ? now : kept;
}

/** A time for people, to the second, in UTC. */
export function timeInWords(time: number): string {
  return new Date(time).toISOString().replace('T', ' ').slice(0, 19);
}
