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

/** Above this the registry's storage is kept in memory: files would take longer to write than the rest of the start. */
const MOST_IMAGES_AS_FILES = 5000;

/** Everything that the two servers show, before anybody listens. */
export interface World {
  folder: Folder;
  faults: Faults;
  traffic: Traffic;
  store: Store;
  lists: Lists;
  permissions: Permissions;
  storage: RegistryStorage;
  operator: Operator;
  deletions: RegistryDeletion[];
}

export interface Folder {
  dir: string;
  storageDir: string;
  /** Removes it, unless it was given. */
  remove(): void;
}

/** @throws RegadmError (USAGE) for a wrong fault rule */
export function createWorld(options: SandboxOptions): World {
  const faults = new Faults();
  for (const rule of options.fail ?? []) faults.add(rule);
  const now = clock(options.now);
  const store = new Store(resourceDefinitions(options.customResources), now);
  const folder = openFolder(options.dir);
  return {
    folder,
    faults,
    traffic: new Traffic(faults, now, options.latencyMs, options.log),
    store,
    lists: new Lists(store, options.pageLimitMax),
    permissions: new Permissions(store),
    storage: openStorage(options, folder.storageDir),
    operator: new Operator(store, faults, options),
    deletions: [],
  };
}

/** The sandbox's present, in ms: the real one, or one that starts at `start`. */
function clock(start: SandboxOptions['now']): () => number {
  const offset = start === undefined ? 0 : new Date(start).getTime() - Date.now();
  return () => Date.now() + offset;
}

function openFolder(given: string | undefined): Folder {
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
  const kind = storage ?? ((sample || images) && images <= MOST_IMAGES_AS_FILES ? 'files' : 'none');
  return kind === 'files' ? new FileStorage(storageDir) : new MemoryStorage();
}
