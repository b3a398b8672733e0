// Runs many command lines of the built program in one process: `node run-many-lines.js < [["prune","images"],…]`. Writes what each wrote, and its status.
import { main } from '../../dist/main.js';

let input = '';
for await (const chunk of process.stdin) input += chunk;
const load = new URL('../../bin/run.js', import.meta.url).href;
const write = { stdout: process.stdout.write.bind(process.stdout) };
const results = [];
let current;
for (const name of ['stdout', 'stderr']) {
  process[name].write = (chunk, encoding, done) => {
    current[name] += String(chunk);
    (typeof encoding === 'function' ? encoding : done)?.();
    return true;
  };
}
for (const argv of JSON.parse(input)) {
  current = { argv, stdout: '', stderr: '' };
  process.exitCode = undefined;
  await main(argv, { load });
  results.push({ ...current, status: process.exitCode ?? 0 });
}
process.exitCode = 0;
write.stdout(JSON.stringify(results));
