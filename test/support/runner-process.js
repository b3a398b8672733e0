/**
 * Runs command lines of the built program in this process, one after the other. It answers each message `{ argv }` from
 * the parent with the output of the command and its exit status.
 */
import { main } from '../../dist/main.js';

const load = new URL('../../bin/run.js', import.meta.url).href;
let output;

for (const name of ['stdout', 'stderr']) {
  process[name].write = (chunk, encoding, done) => {
    output[name] += String(chunk);
    (typeof encoding === 'function' ? encoding : done)?.();
    return true;
  };
}

process.on('message', async ({ argv }) => {
  output = { stdout: '', stderr: '' };
  process.exitCode = undefined;
  await main(argv, { load });
  process.send({ ...output, status: process.exitCode ?? 0 });
  process.exitCode = undefined;
});
