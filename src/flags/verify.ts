import type { Interfaces } from '@oclif/core';
import { usageError } from '../core/model/errors.js';
import { isObjectName } from '../core/model/names/object-name.js';
import { quote } from '../core/model/names/quote.js';
import type { Scope } from '../core/verification/plan/scope.js';
import type { VerifyRequest } from '../core/verify/request.js';
import { clusterFlags } from './cluster.js';
import { outputFlags } from './output.js';
import { storageFlag, storageFlags, storageNameFlag } from './storage.js';

/** The flags of `regadm registry verify`. */
export const verifyFlags = {
  ...storageFlags,
  storage: storageNameFlag("verify the registry's storage itself"),
  ...outputFlags(['table', 'wide', 'json', 'yaml'], 'table'),
  ...clusterFlags,
};

type VerifyFlagValues = Interfaces.InferredFlags<typeof verifyFlags>;

/** Converts arguments and flags to a request. @throws RegadmError USAGE that names the argument or flag */
export async function toVerifyRequest(flags: VerifyFlagValues, only: readonly string[]): Promise<VerifyRequest> {
  const scopes = only.map(toScope);
  const { storage } = flags;
  if (storage === undefined) throw usageError('--storage is needed');
  return {
    scopes,
    storage: await storageFlag(storage, flags),
    options: { storage, ...(only.length > 0 ? { only: [...only] } : {}) },
  };
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
