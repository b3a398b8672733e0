import type { IncomingMessage } from 'node:http';
import { MessageChannel, type MessagePort } from 'node:worker_threads';

let closed: MessagePort | undefined;

/**
 * Frees the memory of a chunk at once; nobody can read it afterward. Memory that it shares with others stays. Chunks
 * that wait for the garbage collector cost full collections: V8 starts one for every 17 MB of them.
 */
export function freeChunk({ buffer, byteLength }: Uint8Array): void {
  if (byteLength !== buffer.byteLength || !(buffer instanceof ArrayBuffer)) return;
  closed ??= closedPort();
  // A message to a closed port takes its memory along. ArrayBuffer.prototype.transfer exists from Node.js 22 on.
  closed.postMessage(undefined, [buffer]);
}

function closedPort(): MessagePort {
  const { port1 } = new MessageChannel();
  port1.close();
  return port1;
}

/**
 * Frees the chunks of the socket while a response arrives. The parser copies the body out of each. A chunk is freed
 * when the next one arrives, because all listeners have seen it by then.
 */
export function freeSocketChunks(incoming: IncomingMessage): void {
  const { socket } = incoming;
  let former: Uint8Array | undefined;
  const take = (chunk: Uint8Array): void => {
    if (former) freeChunk(former);
    former = chunk;
  };
  const stop = (): void => void socket.off('data', take);
  socket.on('data', take);
  incoming.once('end', stop).once('close', stop);
}
