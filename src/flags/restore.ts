import { Flags, type Interfaces } from '@oclif/core';
import { usageError } from '../core/model/errors.js';
import { parseSelector } from '../core/restore/plan/selection.js';
import type { RestoreRequest } from '../core/restore/request.js';
import { clusterFlags } from './cluster.js';
import { confirmFlags } from './confirm.js';
import { requestTimeoutFlag } from './duration.js';
import { IMAGES } from '../core/restore/output/main-table.js';
import { outputFlags } from './output.js';
import { registryFlags } from './registry.js';

/** The flags of `regadm restore`. */
export const restoreFlags = {
  ...confirmFlags('restore'),
  'as-tag': Flags.string({
    helpValue: 'NAME',
    description:
      'new tag of its image stream under which each image is listed (default: the history of its former tags)',
  }),
  'accept-other-cluster': Flags.boolean({
    helpGroup: 'SAFETY',
    allowNo: true,
    description: 'also restore the backup of another cluster (default: refuse with exit status 4)',
  }),
  ...registryFlags,
  'num-workers': Flags.integer({
    helpGroup: 'REGISTRY',
    helpValue: 'N',
    default: 5,
    description: 'number of images that are restored at the same time',
  }),
  ...outputFlags(['table', 'wide', 'json', 'yaml', 'name'], 'table', IMAGES),
  ...clusterFlags,
};

type RestoreFlagValues = Interfaces.InferredFlags<typeof restoreFlags>;

const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;

/**
 * Checks the arguments and every flag, and converts them to a request.
 * @throws RegadmError USAGE
 */
export async function toRestoreRequest(
  [directory, ...texts]: readonly string[],
  flags: RestoreFlagValues,
): Promise<RestoreRequest> {
  if (directory === undefined || directory === '')
    throw usageError('specify the directory of a backup', [
      'regadm restore DIR',
      'regadm restore DIR NAMESPACE/STREAM',
    ]);
  const asTag = flags['as-tag'];
  if (asTag !== undefined && !TAG.test(asTag))
    throw usageError(`invalid argument "${asTag}" for "--as-tag" flag: not the name of a tag`, [
      'use letters, digits, "_", "." and "-", at most 128',
    ]);
  if (flags['num-workers'] < 1) throw usageError('--num-workers must be at least 1');
  const { registryOptions } = await import('./registry-options.js');
  return {
    directory,
    selectors: texts.map(parseSelector),
    asTag,
    acceptOtherCluster: flags['accept-other-cluster'] ?? false,
    registry: {
      ...(await registryOptions(flags)),
      workers: flags['num-workers'],
      requestTimeoutMs: requestTimeoutFlag(flags['request-timeout']),
    },
  };
}
