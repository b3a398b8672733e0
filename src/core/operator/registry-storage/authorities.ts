import { certificatesIn } from '../../http/trust.js';
import { describeObject } from '../../cluster/objects.js';
import { ADVICE } from '../../model/advice.js';
import { hasCode } from '../../model/errors.js';
import { configMapNamed } from './reader.js';
import { invalid, type StorageSettings } from './settings.js';
import type { DescribingContext } from './types.js';

/** Which authorities verify the certificate of an object store. */
interface StoreTrust {
  authorities?: readonly string[];
  isUnverified?: boolean;
  warnings: string[];
}

/** The cluster's own authorities for the services of its cloud. */
const CLOUD = configMapNamed('kube-cloud-config', 'openshift-config-managed');
const [CLOUD_KEY, TRUSTED_KEY] = ['ca-bundle.pem', 'ca-bundle.crt'];

/**
 * Finds the authorities that the registry trusts for its storage: those that its config names, else those of the cloud.
 * Those of `--storage-ca` are added.
 * @param endpoint undefined for the cloud's own
 * @param unverified variable of the Deployment that turns the verification off; undefined if the driver has none
 * @throws RegadmError STORAGE_SETTINGS if the config names authorities that do not exist, FORBIDDEN
 */
export async function findTrust(
  settings: StorageSettings,
  { reader, choice }: DescribingContext,
  { endpoint, unverified }: { endpoint?: string; unverified?: string },
): Promise<StoreTrust> {
  const { authorities: own } = choice;
  if (endpoint?.startsWith('http:')) return { authorities: own, warnings: [] };
  if (!own && unverified !== undefined && (await settings.isOn(unverified)))
    return {
      isUnverified: true,
      warnings: [
        `the certificate of the storage is not verified: ${settings.nameOf(unverified)} of the registry's Deployment`,
      ],
    };
  const named = settings.reference('trustedCA');
  if (named !== undefined)
    return { authorities: [...(own ?? []), ...(await trusted(named, { reader, choice }))], warnings: [] };
  try {
    const bundle = (await reader.findData(CLOUD))?.get(CLOUD_KEY);
    return { authorities: [...(own ?? []), ...certificatesIn(bundle ?? '')], warnings: [] };
  } catch (error) {
    if (!hasCode(error, 'FORBIDDEN')) throw error;
    const missing = `${describeObject(CLOUD)} cannot be read: the authorities in it do not verify the certificate of the storage`;
    return { authorities: own, warnings: [missing] };
  }
}

async function trusted(name: string, { reader, choice }: DescribingContext): Promise<string[]> {
  const reference = configMapNamed(name, 'openshift-config');
  const advice = ADVICE.trustedAuthorities(name);
  const data = await reader.findData(reference).catch((error: unknown) => {
    // The user has named them.
    if (choice.authorities && hasCode(error, 'FORBIDDEN')) return undefined;
    throw error;
  });
  const found = certificatesIn(data?.get(TRUSTED_KEY) ?? '');
  if (found.length > 0 || choice.authorities) return found;
  const what = data ? `has no certificate in its key ${TRUSTED_KEY}` : 'does not exist';
  throw invalid(`trustedCA names ${describeObject(reference)}, which ${what}`, [advice]);
}
