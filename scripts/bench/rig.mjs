// What the bench has of rig/.

import { load } from '../load.mjs';

export const { command, expectCode, Polw, rcpt, requestText, SmtpSession, socketPair } = await load(
  './rig/request.ts',
  './rig/process.ts',
  './rig/postfix/smtp.ts',
);
