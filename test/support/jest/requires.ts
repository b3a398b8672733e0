import { spawnSync } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { withSkipReason } from './skip-reason.js';

/** Programs that optional tests run: the names under which systems install them, and where to get them. */
const PROGRAMS = {
  'azurite-blob': {
    names: ['build/azurite/node_modules/.bin/azurite-blob', 'azurite-blob'],
    source: 'node scripts/install-azurite.js',
  },
  ceph: { names: ['ceph'], source: 'Debian package ceph-common' },
  'ceph-mon': { names: ['ceph-mon'], source: 'Debian package ceph-mon' },
  'ceph-osd': { names: ['ceph-osd'], source: 'Debian package ceph-osd' },
  chromium: { names: ['chromium', 'chromium-browser', 'google-chrome'], source: 'Debian package chromium' },
  'docker-registry': { names: ['docker-registry'], source: 'Debian package docker-registry' },
  fish: { names: ['fish'], source: 'Debian package fish' },
  groff: { names: ['groff'], source: 'Debian package groff-base' },
  'ignition-validate': {
    names: [process.env.IGNITION_VALIDATE ?? 'ignition-validate'],
    source: 'part of CoreOS Ignition; the variable IGNITION_VALIDATE can name its path',
  },
  kubectl: { names: ['kubectl'], source: 'Debian package kubernetes-client' },
  memcached: { names: ['memcached'], source: 'Debian package memcached' },
  radosgw: { names: ['radosgw'], source: 'Debian package radosgw' },
  'redis-sentinel': { names: ['redis-sentinel'], source: 'Debian package redis-sentinel' },
  'redis-server': { names: ['redis-server'], source: 'Debian package redis-server' },
  script: { names: ['script'], source: 'Debian package bsdutils' },
  skopeo: { names: ['skopeo'], source: 'Debian package skopeo' },
  'swift-account-server': { names: ['swift-account-server'], source: 'Debian package swift-account' },
  'swift-container-server': { names: ['swift-container-server'], source: 'Debian package swift-container' },
  'swift-object-server': { names: ['swift-object-server'], source: 'Debian package swift-object' },
  'swift-proxy-server': { names: ['swift-proxy-server'], source: 'Debian package swift-proxy' },
  'systemd-analyze': { names: ['systemd-analyze'], source: 'Debian package systemd' },
  'systemd-escape': { names: ['systemd-escape'], source: 'Debian package systemd' },
  zsh: { names: ['zsh'], source: 'Debian package zsh' },
} as const;

type Program = keyof typeof PROGRAMS;
/** `mount`: the permission to mount a file system; `root`: the permission to become another user. */
type Requirement = Program | 'mount' | 'root';

/** Returns the path of a program; undefined if it is not installed. */
export function findProgram(program: Program): string | undefined {
  return PROGRAMS[program].names.flatMap(candidatePaths).find(isExecutable);
}

/**
 * Returns `describe` and `test` for tests that need these programs. If one is missing, the tests are skipped, and the
 * end of the run lists them with the reason: `requires('kubectl').describe('a real kubectl', () => …)`.
 */
export function requires(...requirements: Requirement[]): { describe: jest.Describe; test: jest.It } {
  const missing = requirements.flatMap(whyMissing);
  if (missing.length === 0) return { describe, test };
  const reason = missing.join(', ');
  return { describe: skipping(describe.skip, reason), test: skipping(test.skip, reason) };
}

function whyMissing(requirement: Requirement): string[] {
  if (requirement === 'mount') return canMount() ? [] : ['this user cannot mount a file system (needs root)'];
  if (requirement === 'root')
    return process.getuid?.() === 0 ? [] : ['this user cannot become another one (needs root)'];
  return findProgram(requirement) ? [] : [`${requirement} is not installed (${PROGRAMS[requirement].source})`];
}

type Define = (title: string, ...rest: unknown[]) => void;

/** Wraps `describe.skip` or `test.skip`, `each` included, so that titles carry the reason. */
function skipping<T extends jest.Describe | jest.It>(skip: T, reason: string): T {
  const withReason =
    (define: Define): Define =>
    (title, ...rest) =>
      define(withSkipReason(title, reason), ...rest);
  const { each } = skip as unknown as { each(table: unknown[]): Define };
  return Object.assign(withReason(skip as unknown as Define), {
    each: (table: unknown[]) => withReason(each(table)),
  }) as unknown as T;
}

function candidatePaths(name: string): string[] {
  if (name.includes('/')) return [name];
  return (process.env.PATH ?? '').split(path.delimiter).map((directory) => path.join(directory, name));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function canMount(): boolean {
  const directory = mkdtempSync(path.join(tmpdir(), 'regadm-mount-'));
  try {
    const mounted = spawnSync('mount', ['-t', 'tmpfs', 'tmpfs', directory], { stdio: 'ignore' }).status === 0;
    if (mounted) spawnSync('umount', [directory]);
    return mounted;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
