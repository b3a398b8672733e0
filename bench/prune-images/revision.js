import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root } from '../../scripts/esbuild-options.js';

/**
 * Builds a revision in a temporary directory.
 * @param revision what git knows by this name, or a directory with a built program
 * @returns its directory; a temporary one is removed at the end of the process
 */
export function buildRevision(revision) {
  if (['bin/run.js', 'dist'].every((name) => existsSync(path.join(revision, name)))) return path.resolve(revision);
  const commit = git('rev-parse', '--verify', `${revision}^{commit}`).toString().trim();
  const directory = mkdtempSync(path.join(tmpdir(), 'regadm-revision-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  execFileSync('tar', ['-x', '-C', directory], { input: git('archive', commit) });
  installPackages(directory);
  execFileSync(process.execPath, ['scripts/build.js'], { cwd: directory, stdio: ['ignore', 'ignore', 'inherit'] });
  return directory;
}

const git = (...args) => execFileSync('git', args, { cwd: root, maxBuffer: 2 ** 30 });

/** Uses the packages of this directory if the revision has the same. */
function installPackages(directory) {
  const lockOf = (place) => readFileSync(path.join(place, 'package-lock.json'), 'utf8');
  if (lockOf(directory) === lockOf(root))
    symlinkSync(path.join(root, 'node_modules'), path.join(directory, 'node_modules'));
  else execFileSync('npm', ['ci', '--ignore-scripts'], { cwd: directory, stdio: ['ignore', 'ignore', 'inherit'] });
}
