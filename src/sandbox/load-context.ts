import type { Store } from './api/store.js';
import type { Faults } from './http/faults.js';
import type { Operator } from './operator/operator.js';
import type { RegistryStorage } from './registry/storage.js';
import type { SandboxOptions } from './types.js';

/** The parts of the sandbox that are filled with objects and blobs at the start. */
export interface LoadContext {
  options: SandboxOptions;
  store: Store;
  storage: RegistryStorage;
  /** The registry's `HOST:PORT`. */
  host: string;
  faults: Faults;
  operator: Operator;
}
