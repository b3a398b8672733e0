import type { ClientRequest } from 'node:http';
import type { Socket } from 'node:net';

/** A socket, with what Node.js has in those that are encrypted. */
type AnySocket = Socket & { encrypted?: boolean; secureConnecting?: boolean };

/** Calls a function when the connection of a request is open and encrypted. Nothing of the request is sent before. */
export function whenConnected(request: ClientRequest, connected: () => void): void {
  request.once('socket', (socket: AnySocket) => {
    if (!socket.connecting && !socket.secureConnecting) connected();
    else socket.once(socket.encrypted ? 'secureConnect' : 'connect', connected);
  });
}
