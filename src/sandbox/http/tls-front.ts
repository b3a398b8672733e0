import { createServer, type Server } from 'node:net';

const TLS_HANDSHAKE = 0x16;

/** Passes TLS connections on to `inner`. Plain HTTP gets the same 400 that Go servers send, which clients recognize. */
export function tlsFront(inner: Server): Server {
  return createServer((socket) => {
    socket.once('data', (first) => {
      if (first[0] !== TLS_HANDSHAKE) {
        const text = 'Client sent an HTTP request to an HTTPS server.\n';
        socket.end(`HTTP/1.0 400 Bad Request\r\n\r\n${text}`);
        return;
      }
      socket.pause();
      socket.unshift(first);
      inner.emit('connection', socket);
    });
  });
}
