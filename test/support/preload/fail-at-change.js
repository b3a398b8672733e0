// Preloaded by a process (NODE_OPTIONS=--import): acts before the n-th change of a file below a directory, or counts.
//   CHANGES_BELOW  the directory
//   CHANGE_NUMBER  which change; 0: none
//   CHANGE_ACTION  kill, or the code of the error that this change and all later ones fail with, such as ENOSPC
//   CHANGES_FILE   gets the number of changes at the end
import fs, { realpathSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { dirname, resolve } from 'node:path';

const { CHANGES_BELOW = '', CHANGE_NUMBER = '0', CHANGE_ACTION = 'kill', CHANGES_FILE } = process.env;
const below = `${resolve(CHANGES_BELOW)}/`;
const number = Number(CHANGE_NUMBER);
const CHANGING = ['rename', 'link', 'unlink', 'rmdir', 'mkdir', 'writeFile', 'open', 'rm', 'utimes', 'copyFile'];
let changes = 0;

/** True for a call that changes something below the directory. */
function isChange(name, args) {
  const paths = args.slice(0, 2).filter((arg) => typeof arg === 'string');
  if (!paths.some(isBelow)) return false;
  return name !== 'open' || isWriting(args[1]);
}

/** The program opens directories, and names files in them by `/proc/self/fd/N/NAME`. */
function isBelow(path) {
  if (!path.startsWith('/proc/self/fd/')) return `${resolve(path)}/`.startsWith(below);
  try {
    return `${realpathSync(dirname(path))}/`.startsWith(below);
  } catch {
    return false;
  }
}

const isWriting = (flags) =>
  typeof flags === 'number'
    ? (flags & (fs.constants.O_WRONLY | fs.constants.O_RDWR)) !== 0
    : typeof flags === 'string' && flags !== 'r';

function beforeChange(name, args) {
  if (!isChange(name, args)) return;
  changes++;
  if (number === 0 || changes < number) return;
  if (CHANGE_ACTION === 'kill') process.kill(process.pid, 'SIGKILL');
  throw Object.assign(new Error(`${CHANGE_ACTION}: as the test wants, ${name} '${args[0]}'`), { code: CHANGE_ACTION });
}

for (const name of CHANGING) {
  const original = fs.promises[name];
  fs.promises[name] = async (...args) => {
    beforeChange(name, args);
    return original.apply(fs.promises, args);
  };
  const sync = fs[`${name}Sync`];
  fs[`${name}Sync`] = (...args) => {
    beforeChange(name, args);
    return sync.apply(fs, args);
  };
}
syncBuiltinESMExports();
if (CHANGES_FILE !== undefined) process.on('exit', () => writeFileSync(CHANGES_FILE, String(changes)));
