// Preloaded by a process (NODE_OPTIONS=--import): acts before the n-th change of a file below a directory, or counts.
//   CHANGES_BELOW  the directory
//   CHANGE_LIKE    regular expression: only these changes count, such as `unlink docker/.*/link$` (default: all)
//   CHANGE_NUMBER  which of them; 0: none
//   CHANGE_ACTION  kill; or the code of an error: EIO fails this change only, others (ENOSPC) all later ones, too
//   CHANGES_FILE   gets the changes at the end, one line each: the call and its paths, without digests and the like
import fs, { realpathSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { basename, dirname, join, relative, resolve } from 'node:path';

const { CHANGES_BELOW = '', CHANGE_LIKE = '', CHANGE_NUMBER = '0', CHANGE_ACTION = 'kill', CHANGES_FILE } = process.env;
const below = `${resolve(CHANGES_BELOW)}/`;
const number = Number(CHANGE_NUMBER);
const counted = new RegExp(CHANGE_LIKE);
const CHANGING = ['rename', 'link', 'unlink', 'rmdir', 'mkdir', 'writeFile', 'open', 'rm', 'utimes', 'copyFile'];
const changes = [];
let count = 0;

/** True for a call that changes something below the directory. */
function isChange(name, args) {
  const paths = args.slice(0, 2).filter((arg) => typeof arg === 'string');
  if (!paths.some(isBelow)) return false;
  return name !== 'open' || isWriting(args[1]);
}

/** Returns the path in the storage; those that differ only in digests, times, ids and repositories are the same. */
function kindOf(path) {
  const name = path.startsWith('/proc/self/fd/') ? join(realpathSync(dirname(path)), basename(path)) : resolve(path);
  return relative(below, name)
    .replace(/repositories\/.*?(?=\/_|$)/, 'repositories/…')
    .replace(/[0-9a-f]{64}/g, 'DIGEST')
    .replace(/sha256\/[0-9a-f]{2}(?=\/|$)/, 'sha256/..')
    .replace(/\d{4}-\d\d-\d\d/g, 'DATE')
    .replace(/[^/]*\d[^/]*(?=\/|$)/g, (part) => (/^(sha256|v2|marks)/.test(part) ? part : 'ID'));
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
  const paths = args.slice(0, 2).filter((arg) => typeof arg === 'string' && isBelow(arg));
  const change = [name, ...paths.map(kindOf)].join(' ');
  changes.push(change);
  const isFailing = count >= number && CHANGE_ACTION !== 'EIO' && number > 0;
  if (!isFailing && (!counted.test(change) || ++count !== number)) return;
  if (CHANGE_ACTION === 'kill') process.kill(process.pid, 'SIGKILL');
  throw Object.assign(new Error(`${CHANGE_ACTION}: as the test wants, ${name} '${args[0]}'`), { code: CHANGE_ACTION });
}

for (const name of CHANGING) {
  const original = fs.promises[name];
  fs.promises[name] = async (...args) => {
    beforeChange(name, args);
    return original.apply(fs.promises, args);
  };
  const withCallback = fs[name];
  fs[name] = (...args) => {
    try {
      beforeChange(name, args);
    } catch (error) {
      return process.nextTick(args.at(-1), error);
    }
    return withCallback.apply(fs, args);
  };
  const sync = fs[`${name}Sync`];
  fs[`${name}Sync`] = (...args) => {
    beforeChange(name, args);
    return sync.apply(fs, args);
  };
}
syncBuiltinESMExports();
if (CHANGES_FILE !== undefined) process.on('exit', () => writeFileSync(CHANGES_FILE, changes.join('\n')));
