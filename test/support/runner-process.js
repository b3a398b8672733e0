/**
 * Runs command lines of the built program in this process, one after the other. It answers each message from the parent
 * with the output of the command and its exit status. A message has `argv`, the whole environment `env` of the command,
 * and its working directory `cwd`.
 */
import { fileURLToPath } from 'node:url';
import program from '../../dist/start.js';

const dist = fileURLToPath(new URL('../../dist', import.meta.url));
const load = program.openProgram(dist);
const { forgetSecrets, main } = load('main.js');
const directory = process.cwd();
let output;

for (const name of ['stdout', 'stderr']) {
  process[name].write = (chunk, encoding, done) => {
    output[name] += String(chunk);
    (typeof encoding === 'function' ? encoding : done)?.();
    return true;
  };
}

process.on('message', async ({ argv, env, cwd = directory }) => {
  output = { stdout: '', stderr: '' };
  process.exitCode = undefined;
  setEnvironment(env);
  process.chdir(cwd);
  forgetSecrets();
  await main(argv, { parts: program.partsOf(dist, load) });
  process.send({ ...output, status: process.exitCode ?? 0 });
  process.exitCode = undefined;
});
// The parent can end without stopping this process, and a command can leave a connection open.
process.on('disconnect', () => process.exit());

/** Programs that commands start inherit it, too. */
function setEnvironment(env) {
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
  Object.assign(process.env, env);
}
