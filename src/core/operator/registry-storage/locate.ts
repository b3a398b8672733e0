import type { ClusterApi } from '../../cluster/api.js';
import type { ClusterLocation } from '../../storage/location.js';
import type { OpenOptions } from '../../storage/open.js';
import { describeAzure } from './azure.js';
import { withIdentity, type LocatedStorage } from './identity.js';
import { withNamedForm } from './named-form.js';
import { SettingsReader } from './reader.js';
import { describeS3 } from './s3.js';
import { readStatedStorage, type StatedStorage } from './stated.js';
import { describeSwift } from './swift.js';
import type { DescribedStore, DescribingContext } from './types.js';
import { unsupported } from './unsupported.js';

type Describe = (stated: StatedStorage, context: DescribingContext) => Promise<DescribedStore>;

const DESCRIBE: Partial<Record<string, Describe>> = { s3: describeS3, azure: describeAzure, swift: describeSwift };

/**
 * Reads the place and the credentials of the registry's storage from the cluster.
 * @throws RegadmError NO_REGISTRY_OPERATOR, REGISTRY_REMOVED, FORBIDDEN, STORAGE_SETTINGS, STORAGE_UNSUPPORTED,
 *   STORAGE_CREDENTIALS, ApiError
 */
export async function locateRegistryStorage(
  api: ClusterApi,
  choice: ClusterLocation,
  options: OpenOptions,
): Promise<LocatedStorage> {
  const reader = new SettingsReader(api, options.signal);
  const stated = await readStatedStorage(reader);
  const described = await describe(stated, { reader, choice });
  return withIdentity(api, described, options);
}

/** Describes an object store. @throws RegadmError STORAGE_UNSUPPORTED for everything else */
export async function describe(stated: StatedStorage, context: DescribingContext): Promise<DescribedStore> {
  const of = DESCRIBE[stated.kind];
  if (!of) throw unsupported(stated);
  try {
    const described = await of(stated, context);
    return { ...described, warnings: [...stated.warnings, ...described.warnings] };
  } catch (error) {
    throw await withNamedForm(error, stated);
  }
}
