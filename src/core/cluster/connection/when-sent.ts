import type { ClientRequest } from 'node:http';
import type { Socket } from 'node:net';

/** A socket, with what Node.js has in those that are encrypted. */
type AnySocket = Socket & { encrypted?: boolean; secureConnecting?: boolean };

/** Calls a function when a request is sent. Nothing is before its connection is open and encrypted. */
export function whenSent(request: ClientRequest, sent: () => void): void {
  request.once('socket', (socket: AnySocket) => {
    if (!socket.connecting && !socket.secureConnecting) sent();
    else socket.once(socket.encrypted ? 'secureConnect' : 'connect', sent);
  });
}
