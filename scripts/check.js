/**
 * Runs all checks, several at a time: one per core, the slowest first. Prints what each one prints when it has ended,
 * and fails if one of them fails.
 */
import { spawn } from 'node:child_process';
import os from 'node:os';

/** Scripts of package.json; those of one line run one after the other. */
const CHECKS = [
  ['lint'],
  ['format:check'],
  ['typecheck'],
  ['build', 'docs:check'],
  ['lint:unused'],
  ['lint:imports'],
  ['lint:wording'],
];

const waiting = [...CHECKS];
const failed = [];
await Promise.all(Array.from({ length: os.availableParallelism() }, work));
if (failed.length > 0) {
  console.error(`failed: ${failed.join(', ')}`);
  process.exitCode = 1;
}

async function work() {
  for (let scripts = waiting.shift(); scripts; scripts = waiting.shift()) {
    for (const script of scripts) if (!(await succeeds(script))) break;
  }
}

async function succeeds(script) {
  const { status, output } = await run('npm', ['run', script]);
  console.log(output.trimEnd());
  if (status !== 0) failed.push(script);
  return status === 0;
}

function run(command, args) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  return new Promise((resolve, reject) =>
    child.on('error', reject).on('close', (status) => resolve({ status, output })),
  );
}
