// What the bench has of rig/.

import { load } from '../load.mjs';

export const { command, ENVIRONMENT, expectCode, Polw, rcpt, requestText, SERVICES, SmtpSession, socketPair } =
  await load('./rig/request.ts', './rig/process.ts', './rig/postfix/services.ts', './rig/postfix/smtp.ts');
