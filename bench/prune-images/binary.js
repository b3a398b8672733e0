import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/**
 * Builds a single executable of each program.
 * @param directories of the programs, by name
 * @returns `programs`: paths by name; `time` measures a command line; `close` deletes them
 */
export function binaries(directories) {
  const target = mkdtempSync(path.join(tmpdir(), 'regadm-binaries-'));
  const programs = {};
  for (const [name, directory] of Object.entries(directories)) {
    programs[name] = path.join(target, name);
    const script = path.join(directory, 'scripts/build-binary.js');
    // It warns about sections of the executable that it does not know.
    execFileSync(process.execPath, [script, '--out', programs[name]], { stdio: ['ignore', 'ignore', 'pipe'] });
  }
  return { programs, time, close: () => rmSync(target, { recursive: true, force: true }) };
}

/** Measures a command line by the shell: an executable that contains Node accepts no options of Node. */
function time(program, args) {
  const script = `TIMEFORMAT='%R %U %S'; time "$@" > /dev/null`;
  const { status, stderr } = spawnSync('bash', ['-c', script, 'bash', program, ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}: ${stderr}`);
  const [seconds, user, system] = stderr.trim().split('\n').at(-1).split(' ').map(Number);
  return { seconds, cpu: user + system };
}
