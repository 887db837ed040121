// What the names of hosts look like. Each pattern takes linear time: a client chooses the text.

/** A name that looks like that of a mail server. */
export function looksLikeServer(name: string): boolean {
  return /mx|smtp|mail|dedicated|(?<!n)stat/.test(hostPart(name));
}

/** A name that looks like that of a dial-up line. */
export function looksDynamic(name: string): boolean {
  const host = hostPart(name);
  if (/\.dip|cable|ppp|dial|dsl|dyn|client/.test(host)) return true;
  const reverse = host.indexOf('rev');
  return reverse >= 0 && (host.indexOf('ip', reverse + 3) >= 0 || host.indexOf('home', reverse + 3) >= 0);
}

/** A name that holds an IPv4 address spelt out. */
export function holdsAddress(name: string): boolean {
  // V8 takes 0.1 ms to prepare the pattern, and most names hold no such thing as "1.2".
  return /\d[-._]\d/.test(name) && /[a-z._-]\d{1,3}[-._]\d{1,3}[-._]\d{1,3}[-._]\d{1,3}/.test(name);
}

/** What stands before the last dot but one: two dots must follow. */
function hostPart(name: string): string {
  const last = name.lastIndexOf('.');
  const before = last > 0 ? name.lastIndexOf('.', last - 1) : -1;
  return before < 0 ? '' : name.slice(0, before);
}
