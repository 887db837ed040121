// The bundles that polw consists of beside its launcher, and the sources of each. This is the one list of them: the build
// and the tests read it, the launcher loads whatever is called ./polw.*.cjs, and what is packed and installed is bin/polw.*.

/** What each process reads when it starts. */
export const FIRST = { name: 'polw.bundle', sources: ['src/main.ts'], compiled: true, texts: false };

/**
 * What is loaded when it is first needed: the sources are those of `import()`. `compiled`: with what V8 has made of it, if
 * a mail waits for it. `texts`: with the texts for people that are marked in src/manual.ts.
 */
export const LATE = [
  { name: 'polw.dns', sources: ['src/dns/resolver.ts'], compiled: true, texts: false },
  { name: 'polw.seldom', sources: ['src/policy/list-news.ts', 'src/weigh/doubt.ts'], compiled: false, texts: true },
  { name: 'polw.commands', sources: ['src/commands/all.ts'], compiled: false, texts: true },
];

/** The files of all bundles. */
export function filesOfBundles() {
  return [FIRST, ...LATE].flatMap(({ name, compiled }) => [`${name}.cjs`, ...(compiled ? [`${name}.cache`] : [])]);
}
