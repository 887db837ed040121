// V8's heap, where what V8 does by itself is not enough: a process of polw blocks between two mails, so it never gets
// the idle moment in which V8 would clean up.

let collect: (() => void) | undefined;

/** Asks V8 to take no more room for what is short-lived than it has. */
export async function beThrifty(): Promise<void> {
  const { setFlagsFromString } = await import('node:v8');
  setFlagsFromString('--semi-space-growth-factor=1');
}

/** Frees what nobody needs any more. Takes milliseconds. */
export async function collectGarbage(): Promise<void> {
  collect ??= await collector();
  collect?.();
}

/** V8's own collector, which is only to be had through a flag. */
async function collector(): Promise<(() => void) | undefined> {
  const [{ setFlagsFromString }, { runInNewContext }] = await Promise.all([import('node:v8'), import('node:vm')]);
  setFlagsFromString('--expose-gc');
  const gc: unknown = runInNewContext('gc');
  return typeof gc === 'function' ? () => gc() : undefined;
}
