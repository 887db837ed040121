#!/usr/bin/env node
// The floor: what any policy service in Node takes. The same loop as polw's, and always the same answer.
const { readSync, writeSync } = require('node:fs');

const chunk = Buffer.allocUnsafe(65536);
let request = '';
for (;;) {
  const length = readSync(0, chunk, 0, chunk.length, null);
  if (length === 0) break;
  request += chunk.latin1Slice(0, length);
  if (!request.endsWith('\n\n')) continue;
  request = '';
  writeSync(1, 'action=DUNNO\n\n');
}
