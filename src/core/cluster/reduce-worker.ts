import { parentPort } from 'node:worker_threads';
import { packPage, reducePage } from './reduce-page.js';

/** A thread that parses and reduces pages, so that the main one can go on reading from the network. */
parentPort!.on('message', ({ id, resource, body }: { id: number; resource: string; body: Uint8Array }) => {
  try {
    const { page, buffers } = packPage(reducePage(resource, body));
    parentPort!.postMessage({ id, page }, buffers);
  } catch (error) {
    parentPort!.postMessage({ id, error: error instanceof Error ? error.message : String(error) });
  }
});
