// Generates cases for comparing polw with the original. The same seed and count always give the same cases.

import { Random } from './random.ts';
import { NEUTRAL_TEXTS, type Scenario } from './scenario.ts';
import { SLOW_THEMES, THEMES, USUAL } from './themes.ts';
import { type Serial, World } from './world.ts';

/** Scenarios with at least so many requests in all: the slow themes once each, then the others in turn. */
export function generate(seed: number, count: number): readonly Scenario[] {
  const random = new Random(seed * 7919 + 17);
  const serial: Serial = { last: 0 };
  const scenarios: Scenario[] = [];
  let requests = 0;

  const add = (name: string, makeTheme: (typeof THEMES)[string], slow: boolean): void => {
    const theme = makeTheme(random);
    const world = new World(random, { ...NEUTRAL_TEXTS, ...USUAL, ...theme.config }, serial);
    const made = theme.make(world);
    scenarios.push({
      id: `s${seed}-${String(scenarios.length + 1).padStart(3, '0')}-${name}`,
      theme: name,
      ...(slow ? { slow } : {}),
      config: world.config,
      zone: world.zone,
      requests: made,
    });
    requests += made.length;
  };

  for (const [name, makeTheme] of Object.entries(SLOW_THEMES)) add(name, makeTheme, true);
  const themes = Object.entries(THEMES);
  for (let turn = 0; requests < count; turn++) {
    const [name, makeTheme] = themes[turn % themes.length] ?? [];
    if (name !== undefined && makeTheme !== undefined) add(name, makeTheme, false);
  }
  return scenarios;
}
