// How the tests are run: bin/polw is built once, before any of them.

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/global-setup.ts'],
    // Tests start processes and a mail system on machines that may be busy: a time-out is there to end what hangs,
    // not to measure.
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
