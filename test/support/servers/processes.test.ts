import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { temporaryDirectory } from '../storage-tree.js';
import { isListening, startSupervised, supervised, waitUntil } from './processes.js';

/** A server that leaves its process group, as Swift does, and prints its port. */
const SERVER = `import os, socket, time
if os.getpid() != os.getpgid(0): os.setsid()
server = socket.create_server(('127.0.0.1', 0))
print(server.getsockname()[1], flush=True)
time.sleep(600)`;

/** Starts a supervised program whose output goes to a file. */
const PARENT = `const { spawn } = require('node:child_process');
const { openSync } = require('node:fs');
const [log, ...words] = process.argv.slice(1);
spawn('sh', words, { stdio: ['pipe', openSync(log, 'a'), 'inherit'], detached: true });
setInterval(() => {}, 1000);`;

const portIn = (log: string): number => (existsSync(log) ? parseInt(readFileSync(log, 'utf8') || '0') : 0);

describe('a supervised program', () => {
  test('ends with stop()', async () => {
    const log = path.join(temporaryDirectory(), 'log');
    const program = startSupervised(['python3', '-c', SERVER], log);
    await waitUntil(() => portIn(log) > 0, [program]);
    expect(await isListening(portIn(log))).toBe(true);
    await program.stop();
    expect(await isListening(portIn(log))).toBe(false);
    expect(program.problem()).toMatch(/python3 ended/);
  });

  test('that ends by itself is reported with its status and its output', async () => {
    const log = path.join(temporaryDirectory(), 'log');
    const program = startSupervised(['sh', '-c', 'echo no disk; exit 3'], log);
    await expect(waitUntil(() => false, [program])).rejects.toThrow('sh ended with 3: no disk');
    await program.stop();
  });

  test('ends when the process that started it is killed', async () => {
    const log = path.join(temporaryDirectory(), 'log');
    const parent = spawn(process.execPath, ['-e', PARENT, '--', log, ...supervised(['python3', '-c', SERVER])], {
      stdio: 'ignore',
    });
    await waitUntil(() => portIn(log) > 0);
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    await waitUntil(async () => !(await isListening(portIn(log))));
  });
});
