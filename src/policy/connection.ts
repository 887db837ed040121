// One connection: read a request, answer it, do what may wait, read on.

import { writeSync } from 'node:fs';
import { hasCode, withStack } from '../errors.ts';
import { formatAction } from './action.ts';
import { decide, type Service } from './decide.ts';
import type { HangUpWatch } from './hang-up.ts';
import type { Input } from './input.ts';
import { MemoryKeeper } from './memory-keeper.ts';
import { BLOCK_LIMIT, type Block, BlockReader, LINE_LIMIT, requestOf } from './request.ts';

const OUT = 1;

/**
 * Serves until the input ends; what came before is answered. Never throws: whatever goes wrong, a request gets an
 * answer.
 */
export async function serve(input: Input, service: Service, watch: HangUpWatch): Promise<void> {
  const reader = new BlockReader();
  const memory = new MemoryKeeper();
  for (;;) {
    const bytes = await input.next(service.lists.testing);
    if (bytes.length === 0) return;
    for (const block of reader.push(bytes)) {
      const action = await actionOf(block, service);
      watch.stop();
      const answered = answer(action);
      await doWhatMayWait(service);
      if (!answered) return;
      await memory.answered();
    }
  }
}

/** What fails here costs entries of the cache and lines of the log, and never the next answer. */
async function doWhatMayWait(service: Service): Promise<void> {
  try {
    await service.lists.tell();
    service.store.flush();
    service.lists.testDue(async (type, name) => (await service.testWire()).ask(type, name));
  } catch (error) {
    service.log.warning(`internal error: ${withStack(error)}`);
  }
  try {
    await service.log.flush();
  } catch {
    // There is nowhere to say so.
  }
}

async function actionOf(block: Block, service: Service): Promise<string> {
  const { log } = service;
  try {
    for (const line of block.garbage) log.warning(`ignoring a line without "=": ${line}`);
    if (block.overlong) {
      log.warning(`a request with a line over ${LINE_LIMIT} or over ${BLOCK_LIMIT} bytes in all was not weighed`);
      return 'DUNNO';
    }
    return await decide(requestOf(block.attributes), service);
  } catch (error) {
    log.warning(`a mail was let through because of an internal error: ${withStack(error)}`);
    return 'DUNNO';
  }
}

/** Writes an answer, all of it. False if nobody reads any more. */
function answer(action: string): boolean {
  const bytes = Buffer.from(formatAction(action));
  let written = 0;
  while (written < bytes.length) {
    try {
      written += writeSync(OUT, bytes, written);
    } catch (error) {
      if (!hasCode(error, 'EAGAIN')) return false;
      // Somebody made the socket non-blocking, and its buffer is full.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
  return true;
}
