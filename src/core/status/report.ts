import type { InvalidReference } from '../model/errors.js';
import type { RegistryState } from '../operator/state.js';
import type { Pulled } from './pulled.js';
import type { SettingsGrid } from './settings-grid.js';
import type { Space } from './space.js';
import type { StoredSpace } from './stored.js';

/** The result of `regadm registry status`. */
export interface RegistryStatusReport {
  /** The API server's time, or this machine's with saved lists; ms since the epoch. */
  now: number;
  /** Absent with saved lists. */
  server?: string;
  /** The saved lists of `--from`. */
  from?: string;
  registry: RegistryState;
  /** Present with `--storage`. */
  stored?: StoredSpace;
  /** Absent if images or image streams cannot be listed. */
  space?: Space;
  /** Present with `--pulls`, if images and image streams can be listed. */
  pulled?: Pulled;
  /** Absent if the objects that use images cannot be listed. */
  freeable?: Freeable;
  /** Mean size of an Image object, in bytes. */
  imageObjectBytes: number;
}

/** What prunes with other settings would free. */
export interface Freeable extends SettingsGrid {
  /** The ages as the user wrote them. */
  ageTexts: string[];
  /** References for which a prune stops, unless it ignores them. */
  invalid: InvalidReference[];
  /** References that cannot be read and do not stop a prune. */
  reported: InvalidReference[];
  /** Present with `--policy`. */
  policy?: PolicyTotal;
}

/** What a prune with a retention policy would free. */
export interface PolicyTotal {
  file: string;
  /** Number of its rules. */
  rules: number;
  /** Tags that lose all items. */
  tags: number;
  tagItems: number;
  images: number;
  bytes: number;
}
