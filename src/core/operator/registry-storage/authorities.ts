import { certificatesIn } from '../../kit/certificates.js';
import { describeObject, type ObjectReference } from '../../cluster/objects.js';
import { ADVICE } from '../../model/advice.js';
import { hasCode } from '../../model/errors.js';
import { isService } from './places.js';
import { configMapNamed, type SettingsReader } from './reader.js';
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

/** The authority of the certificates of the cluster's own services; OpenShift writes it into every namespace. */
const SERVICES = configMapNamed('openshift-service-ca.crt');
const SERVICES_KEY = 'service-ca.crt';

/**
 * Finds the authorities that the registry trusts for its storage: those that its config names, else those of the cloud,
 * and that of the cluster's services if the storage is one of them. Those of `--storage-ca` are added.
 * @param endpoint undefined for the cloud's own
 * @param login URL of the login, if only that is known
 * @param unverified variable of the Deployment that turns the verification off; undefined if the driver has none
 * @throws RegadmError STORAGE_SETTINGS if the config names authorities that do not exist, FORBIDDEN
 */
export async function findTrust(
  settings: StorageSettings,
  { reader, choice }: DescribingContext,
  { endpoint, login, unverified }: { endpoint?: string; login?: string; unverified?: string },
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
  const found = [
    named === undefined
      ? await readOptional(CLOUD, CLOUD_KEY, reader)
      : { certificates: await trusted(named, { reader, choice }), warnings: [] },
    ...(isService(endpoint ?? login) ? [await readOptional(SERVICES, SERVICES_KEY, reader)] : []),
  ];
  const all = found.flatMap(({ certificates }) => certificates);
  const warnings = found.flatMap((part) => part.warnings);
  return { authorities: warnings.length > 0 && all.length === 0 ? own : [...(own ?? []), ...all], warnings };
}

/** Reads authorities that can be missing; a warning if the user may not read them. @throws ApiError */
async function readOptional(
  reference: ObjectReference,
  key: string,
  reader: SettingsReader,
): Promise<{ certificates: string[]; warnings: string[] }> {
  try {
    return { certificates: certificatesIn((await reader.findData(reference))?.get(key) ?? ''), warnings: [] };
  } catch (error) {
    if (!hasCode(error, 'FORBIDDEN')) throw error;
    const missing = `${describeObject(reference)} cannot be read: the authorities in it do not verify the certificate of the storage`;
    return { certificates: [], warnings: [missing] };
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
