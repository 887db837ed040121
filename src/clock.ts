// A clock that only goes forward. `performance` would do, but Node loads eleven modules when it is first touched.

/** Milliseconds since the process began. */
export function milliseconds(): number {
  return process.uptime() * 1000;
}
