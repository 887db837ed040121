// Starts the name server of the bench, in a process of its own so that it doesn't take time from the measurements.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { atEnd } from './cleanup.mjs';

/** Starts it. */
export async function startNameServer() {
  const child = fork(fileURLToPath(new URL('name-server-process.mjs', import.meta.url)), [], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  atEnd(() => child.kill('SIGKILL'));
  const ask = async (message) => {
    const reply = once(child, 'message');
    child.send(message);
    return (await reply)[0];
  };
  const [address, port] = process.getuid() === 0 ? [loopbackAddress(), 53] : ['127.0.0.1', 0];
  const started = await ask({ address, port });
  return {
    address,
    port: started.port,
    syslogPort: started.syslogPort,
    /** From now on answers come after so many milliseconds. */
    delay: (milliseconds) => ask({ delay: milliseconds }),
    /** What was asked since the last call: `questions` as "TYPE name", and the length of the longest chain. */
    take: () => ask({ take: true }),
  };
}

/** Any, so that two benches, or a bench and a name server of this machine, don't meet. */
function loopbackAddress() {
  const octet = () => 1 + Math.floor(Math.random() * 250);
  return `127.${octet()}.${octet()}.${octet()}`;
}
