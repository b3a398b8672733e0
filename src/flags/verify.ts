import { Flags, type Interfaces } from '@oclif/core';
import { parseDataSubset, type DataSubset } from '../core/model/data-subset.js';
import { messageOf, usageError } from '../core/model/errors.js';
import { isObjectName } from '../core/model/names/object-name.js';
import { quote } from '../core/model/names/quote.js';
import type { Scope } from '../core/verification/plan/scope.js';
import type { RegistryAccess } from '../core/operator/open-registry.js';
import type { VerifyRequest } from '../core/verify/request.js';
import { clusterFlags } from './cluster.js';
import { hideSecret } from '../core/kit/secrets/known.js';
import { assertWithoutCluster, fromFlag } from './from.js';
import { confirmFlags } from './confirm.js';
import { requestTimeoutFlag } from './duration.js';
import { BROKEN } from '../core/verify/output/main-table.js';
import { outputFlags } from './output.js';
import { registryFlags } from './registry.js';
import { OBJECT_STORE_FLAGS, storageFlag, storageFlags, storageNameFlag } from './storage.js';
import { verifyJobFlags } from './verify-job.js';

/** Flags that change something, or that are about another document. */
const NOT_WITH_FROM = ['confirm', 'repair-links', 'recover-images', 'store-result', 'print-job', 'merge'];

/** The flags of `regadm registry verify`. */
export const verifyFlags = {
  ...storageFlags,
  storage: storageNameFlag(
    "verify the registry's storage itself",
    'default: verify through the registry; with --print-job, cluster',
  ),
  'read-data': Flags.boolean({
    description: 'also read the data of all blobs of the verified images, and recompute their digests',
    exclusive: ['read-data-subset'],
  }),
  'read-data-subset': Flags.string({
    description:
      'read the data of a part of the blobs: n/m is the n-th of m shards; N% is another part each day; job/N is the shard of a pod of an Indexed Job with N completions',
    helpValue: 'N%|n/m|job/N',
  }),
  'repair-links': Flags.boolean({
    description:
      'find the links that are missing although their blobs exist; with --confirm, write them. A link is written only where the image stream lists an image that was pushed to it',
    dependsOn: ['storage'],
  }),
  'recover-images': Flags.boolean({
    description:
      'find the manifests in the storage that no Image object names, as after a restore of etcd; with --confirm, list each complete one in its image stream under the tag lost-found-<64 hex digits>',
    dependsOn: ['storage'],
    exclusive: ['repair-links'],
  }),
  ...confirmFlags('write the links, or recover the images', ['print-job']),
  ...verifyJobFlags,
  ...registryFlags,
  'num-workers': Flags.integer({
    helpGroup: 'REGISTRY',
    helpValue: 'N',
    default: 16,
    description: 'maximum concurrent requests to the registry, without --storage',
  }),
  ...outputFlags(['table', 'wide', 'json', 'yaml'], 'table', BROKEN),
  from: { ...fromFlag('take the images'), exclusive: NOT_WITH_FROM },
  ...clusterFlags,
};

type VerifyFlagValues = Interfaces.InferredFlags<typeof verifyFlags>;

/**
 * Converts arguments and flags to a request.
 * @param fromSettings flags whose values come from the environment or the configuration file: they can be meant for
 *   other commands
 * @throws RegadmError USAGE that names the argument or flag
 */
export async function toVerifyRequest(
  flags: VerifyFlagValues,
  only: readonly string[],
  fromSettings: ReadonlySet<string> = new Set(),
): Promise<VerifyRequest> {
  const scopes = only.map(toScope);
  if (flags.from !== undefined) checkFrom(flags, fromSettings);
  const { storage, 'read-data': all, 'read-data-subset': part } = flags;
  const { confirm, 'repair-links': repairLinks, 'recover-images': recoverImages } = flags;
  if (confirm && !repairLinks && !recoverImages)
    throw usageError('--confirm needs --repair-links or --recover-images: a verification changes nothing');
  const how = confirm ? 'write' : 'plan';
  const shared = {
    scopes,
    ...(all || part !== undefined ? { readData: { subset: subsetFlag(part) } } : {}),
    options: {
      storage,
      ...(only.length > 0 ? { only: [...only] } : {}),
      ...(flags.from !== undefined ? { from: flags.from } : {}),
      ...(all ? { readData: true } : {}),
      ...(part !== undefined ? { readDataSubset: part } : {}),
      ...(repairLinks ? { repairLinks, confirm } : {}),
      ...(recoverImages ? { recoverImages, confirm } : {}),
    },
  };
  if (storage === undefined) return { ...shared, registry: await toRegistryAccess(flags) };
  const other = REGISTRY_ONLY.find((name) => flags[name] !== undefined && !fromSettings.has(name));
  if (other) throw usageError(`--${other} cannot be specified with --storage: the registry is not asked then`);
  return {
    ...shared,
    storage: await storageFlag(storage, flags),
    ...(repairLinks ? { repairLinks: how } : {}),
    ...(recoverImages ? { recoverImages: how } : {}),
  };
}

/** @throws RegadmError USAGE if `--from` is specified with a flag that selects a cluster, or without what to verify */
function checkFrom(flags: VerifyFlagValues, fromSettings: ReadonlySet<string>): void {
  const isRegistry = flags.storage === undefined;
  // Without a kubeconfig, only this flag has a token for the registry.
  const { token, ...others } = flags;
  const checked = isRegistry ? others : flags;
  const why = 'the lists are read from files, without a cluster';
  assertWithoutCluster(checked, { others: [], fromSettings, why });
  if (isRegistry && flags['registry-url'] === undefined)
    throw usageError('--from needs --registry-url or --storage: the lists do not show how to reach the registry', [
      'pass --registry-url with the address of the registry, and --token',
      'or --storage with the directory or the URL of its storage',
    ]);
  hideSecret(token);
}

const REGISTRY_ONLY = ['registry-url', 'certificate-authority', 'force-insecure'] as const;

async function toRegistryAccess(flags: VerifyFlagValues): Promise<RegistryAccess> {
  const other = OBJECT_STORE_FLAGS.find((name) => flags[name] !== undefined);
  if (other) throw usageError(`--${other} works only with --storage`);
  const workers = flags['num-workers'];
  if (workers < 1) throw usageError('--num-workers must be at least 1');
  const { registryOptions } = await import('./registry-options.js');
  const requestTimeoutMs = requestTimeoutFlag(flags['request-timeout']);
  const token = flags.from === undefined ? {} : { token: flags.token };
  return { ...(await registryOptions(flags)), ...token, workers, requestTimeoutMs };
}

function subsetFlag(text: string | undefined): DataSubset | undefined {
  if (text === undefined) return undefined;
  try {
    return parseDataSubset(text, { now: Date.now(), completionIndex: process.env.JOB_COMPLETION_INDEX });
  } catch (error) {
    throw usageError(`--read-data-subset ${quote(text)}: ${messageOf(error)}`);
  }
}

/** Converts `NAMESPACE[/STREAM[:TAG]]`. */
function toScope(text: string): Scope {
  const match = /^([^/:]+)(?:\/([^/:]+)(?::([^/:]+))?)?$/.exec(text);
  const [, namespace, name, tag] = match ?? [];
  if (namespace !== undefined && [namespace, name ?? 'x', tag ?? 'x'].every(isObjectName))
    return { namespace, name, tag, text };
  throw usageError(`invalid argument ${quote(text)}: not the name of a namespace, an image stream or a tag`, [
    'write it as NAMESPACE, NAMESPACE/STREAM or NAMESPACE/STREAM:TAG',
  ]);
}
