import { parentPort } from 'node:worker_threads';
import { packPage, reducePage } from './reduce-page.js';

/** Parses and reduces pages in a thread, so that the main thread can read from the network in the meantime. */
parentPort!.on('message', ({ id, resource, body }: { id: number; resource: string; body: Uint8Array<ArrayBuffer> }) => {
  const { buffer } = body;
  try {
    const { page, buffers } = packPage(reducePage(resource, body));
    parentPort!.postMessage({ id, page, buffer }, [...buffers, buffer]);
  } catch (error) {
    parentPort!.postMessage({ id, error: error instanceof Error ? error.message : String(error), buffer }, [buffer]);
  }
});
