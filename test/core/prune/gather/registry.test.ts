import { openRegistry, RegistryToUse } from '../../../../src/core/prune/gather/registry.js';
import { CONFIRMED, DRY_RUN, type ImagePruneRequest, type RunPolicy } from '../../../../src/core/prune/request.js';
import { startRun } from '../../../../src/core/deletion/run-context.js';
import type { PrunePorts } from '../../../../src/core/prune/ports.js';
import type { Snapshot } from '../../../../src/core/model/table/snapshot.js';
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

describe('a registry that is opened while the lists are read', () => {
  /** Starts to open it. @param open what its opening returns at last */
  function start(open: () => Promise<Registry>, policy: RunPolicy) {
    const calls: string[] = [];
    const ports: Pick<PrunePorts, 'startOpening'> = {
      startOpening: () => ({
        open: () => {
          calls.push('open');
          return open();
        },
        cancel: () => void calls.push('cancel'),
      }),
    };
    const request = { registry: { forceInsecure: false, workers: 1 }, policy } as ImagePruneRequest;
    const context = startRun(SILENT, new AbortController().signal);
    return { calls, registry: new RegistryToUse(ports as PrunePorts, request, context) };
  }
  const failing = (): Promise<Registry> => Promise.reject(new Error('connection refused'));

  test('is opened once', async () => {
    const { calls, registry } = start(async () => ({}) as Registry, CONFIRMED);
    expect(await registry.open({} as Snapshot)).toBe(await registry.open({} as Snapshot));
    expect(calls).toEqual(['open']);
  });

  test('does not end a dry run if it cannot be opened, but a confirmed run', async () => {
    expect(await start(failing, DRY_RUN).registry.open({} as Snapshot)).toMatchObject({
      message: 'connection refused',
    });
    await expect(start(failing, CONFIRMED).registry.open({} as Snapshot)).rejects.toThrow('connection refused');
  });

  test('is closed if the run fails, before or after it is open', async () => {
    const before = start(failing, CONFIRMED);
    before.registry.cancel();
    expect(before.calls).toEqual(['cancel']);
    const closed = new Promise<void>((resolve) => {
      const { registry } = start(async () => ({ close: async () => resolve() }) as Registry, CONFIRMED);
      void registry.open({} as Snapshot);
      registry.cancel();
    });
    await closed;
  });
});
