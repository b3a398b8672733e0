import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Faults } from './http/faults.js';
import { Lists } from './api/lists.js';
import { Operator } from './operator/operator.js';
import { Permissions } from './api/permissions.js';
import type { RegistryStorage } from './registry/storage.js';
import { resourceDefinitions } from './api/resources.js';
import { FileStorage } from './registry/file-storage.js';
import { MemoryStorage } from './registry/memory-storage.js';
import { Store } from './api/store.js';
import { onExit } from './on-exit.js';
import { Traffic } from './http/traffic.js';
import type { RegistryDeletion, SandboxOptions } from './types.js';

/** Maximum images with files as storage; for more, writing the files would dominate the start. */
const MAX_IMAGES_AS_FILES = 5000;

/** The state that the two servers present. */
export interface Simulation {
  directory: Directory;
  faults: Faults;
  traffic: Traffic;
  store: Store;
  lists: Lists;
  permissions: Permissions;
  storage: RegistryStorage;
  operator: Operator;
  deletions: RegistryDeletion[];
}

interface Directory {
  dir: string;
  storageDir: string;
  /** Removes the directory if it is temporary. */
  remove(): void;
}

/** Creates an empty simulation. @throws RegadmError (USAGE) for an invalid fault rule */
export function createSimulation(options: SandboxOptions): Simulation {
  const faults = new Faults();
  for (const rule of options.fail ?? []) faults.add(rule);
  const now = clock(options.now);
  const store = new Store(resourceDefinitions(options.customResources), now);
  const directory = openDirectory(options.dir);
  return {
    directory,
    faults,
    traffic: new Traffic(faults, now, options.latencyMs, options.log),
    store,
    lists: new Lists(store, options.pageLimitMax),
    permissions: new Permissions(store),
    storage: openStorage(options, directory.storageDir),
    operator: new Operator(store, faults, options),
    deletions: [],
  };
}

/** Returns a clock in ms since the epoch: the real time, or one that starts at `start`. */
function clock(start: SandboxOptions['now']): () => number {
  const offset = start === undefined ? 0 : new Date(start).getTime() - Date.now();
  return () => Date.now() + offset;
}

function openDirectory(given: string | undefined): Directory {
  const dir = given === undefined ? mkdtempSync(join(tmpdir(), 'regadm-sandbox-')) : resolve(given);
  mkdirSync(dir, { recursive: true });
  if (given !== undefined) return { dir, storageDir: join(dir, 'storage'), remove: () => undefined };
  const remove = (): void => rmSync(dir, { recursive: true, force: true });
  const cancel = onExit(remove);
  return {
    dir,
    storageDir: join(dir, 'storage'),
    remove: () => {
      cancel();
      remove();
    },
  };
}

function openStorage({ sample, images = 0, storage }: SandboxOptions, storageDir: string): RegistryStorage {
  const kind = storage ?? ((sample || images) && images <= MAX_IMAGES_AS_FILES ? 'files' : 'none');
  return kind === 'files' ? new FileStorage(storageDir) : new MemoryStorage();
}
