import type { InvalidReference } from '../model/errors.js';
import type { RegistryState } from '../operator/state.js';
import type { SettingsGrid } from './settings-grid.js';
import type { Space } from './space.js';

/** What `regadm registry status` found. */
export interface RegistryStatusReport {
  /** The API server's time, ms since the epoch. */
  now: number;
  server: string;
  registry: RegistryState;
  /** Absent where images or image streams cannot be listed. */
  space?: Space;
  /** Absent where what uses images cannot be listed. */
  freeable?: Freeable;
  /** Mean size of an Image object, in bytes. */
  imageObjectBytes: number;
}

/** What prunes with other settings would free. */
export interface Freeable extends SettingsGrid {
  /** The ages as they were written. */
  ageTexts: string[];
  /** For these a prune would stop, unless it ignores them. */
  invalid: InvalidReference[];
}
