// UDP sockets for questions. Each question has one of its own, connected, so that the kernel picks the port, drops
// packets of others, and reports a dead server at once.

import { createSocket, type Socket } from 'node:dgram';
import type { Server } from './servers.ts';

/** More sockets than this are not kept for one server. */
const IDLE_LIMIT = 16;

/** Those that nobody uses at the moment, by server. */
const idle = new Map<string, Socket[]>();

/** A socket that is connected already, if there is one. */
export function takeConnected(server: Server): Socket | undefined {
  const socket = idle.get(keyOf(server))?.pop();
  socket?.removeAllListeners('error');
  return socket?.ref();
}

/** A new socket, which emits `connect` or `error` soon. */
export function connect(server: Server): Socket {
  const socket = createSocket({
    type: server.family === 6 ? 'udp6' : 'udp4',
    // The address is one already; without this Node would ask itself again.
    lookup: (host, _options, callback) => callback(null, host, server.family),
  });
  socket.connect(server.port, server.address);
  return socket;
}

/**
 * Takes a socket back on which nothing failed. Only for a server on this machine is it used again: no packet from
 * outside can bear such an address, whereas for others each question wants a port that nobody can guess (RFC 5452,
 * section 9.2).
 */
export function giveBack(server: Server, socket: Socket): void {
  const sockets = idle.get(keyOf(server)) ?? [];
  if (!isLocal(server) || sockets.length >= IDLE_LIMIT) {
    socket.close();
    return;
  }
  socket.removeAllListeners();
  // A late error is about an old question.
  socket.on('error', () => {});
  socket.unref();
  sockets.push(socket);
  idle.set(keyOf(server), sockets);
}

function isLocal({ address }: Server): boolean {
  return address.startsWith('127.') || address === '::1';
}

function keyOf({ address, port }: Server): string {
  return `${address} ${port}`;
}
