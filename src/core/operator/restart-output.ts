import type { RegistryRestartDocument } from './document-types.js';
import type { RestartReport } from './restart.js';
import { counted } from '../model/values/counted.js';

/** The output formats of `regadm registry restart`. */
export const registryRestartOutput = { document: registryRestartDocument, table: registryRestartLines };

function registryRestartDocument(report: RestartReport): RegistryRestartDocument {
  return { apiVersion: 'regadm/v1', kind: 'RegistryRestart', ...report };
}

function registryRestartLines({ dryRun, previous, pods, redisKeys, deletesAllImages }: RestartReport): string[] {
  const before = previous.join(', ') || 'no pod';
  if (dryRun) return [`would restart ${before}${deletesAllImages ? ' and delete all images' : ''}\n`];
  const emptied =
    redisKeys === undefined ? [] : [`deleted ${counted(redisKeys, 'key')} of the blob cache from Redis\n`];
  return [
    ...emptied,
    `restarted the registry: ${before} replaced by ${pods.join(', ')}${deletesAllImages ? '; all images are deleted' : ''}\n`,
  ];
}
