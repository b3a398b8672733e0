import { openRegistry } from '../../../../src/core/prune/gather/registry.js';
import { CONFIRMED, DRY_RUN, type ImagePruneRequest, type RunPolicy } from '../../../../src/core/prune/request.js';
import { startRun } from '../../../../src/core/deletion/run-context.js';
import type { PrunePorts } from '../../../../src/core/prune/ports.js';
import type { Registry } from '../../../../src/core/registry/api.js';
import { SILENT } from '../../../../src/core/kit/reporter.js';

/** Returns the timeout per request, in ms, with which a run opens the registry. */
async function timeoutOf(policy: RunPolicy, requestTimeoutMs: number): Promise<number | undefined> {
  let timeoutMs: number | undefined;
  const ports: Pick<PrunePorts, 'openRegistry'> = {
    openRegistry: async (access) => {
      timeoutMs = access.requestTimeoutMs;
      return {} as Registry;
    },
  };
  const request = { registry: { forceInsecure: false, workers: 1, requestTimeoutMs }, policy };
  const context = startRun(SILENT, new AbortController().signal);
  await openRegistry(ports as PrunePorts, request as ImagePruneRequest, context);
  return timeoutMs;
}

test.each<[string, RunPolicy, number, number | undefined]>([
  ['a dry run waits for three seconds', DRY_RUN, 0, 3000],
  ['a dry run accepts a longer timeout', DRY_RUN, 30_000, 30_000],
  ['a dry run accepts a shorter timeout', DRY_RUN, 500, 500],
  ['a confirmed run has the limits of the registry client', CONFIRMED, 0, undefined],
  ['a confirmed run accepts a timeout', CONFIRMED, 500, 500],
])('%s', async (_what, policy, requestTimeoutMs, expected) => {
  expect(await timeoutOf(policy, requestTimeoutMs)).toBe(expected);
});
