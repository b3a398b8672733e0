import { ExecRefused } from '../../../../src/core/cluster/exec-refusal.js';
import type { ClusterApi, ExecOutput, ExecResult } from '../../../../src/core/cluster/api.js';
import { PodPruner } from '../../../../src/core/hard-prune/way/pod-pruner.js';
import { SILENT } from '../../../../src/core/kit/reporter.js';
import { RegadmError } from '../../../../src/core/model/errors.js';
import type { RegistryPod } from '../../../../src/core/operator/pods.js';

const POD = { name: 'image-registry-1', uid: 'u', phase: 'Running', ready: true } as RegistryPod;
const INTERRUPTED = new RegadmError('interrupted by SIGTERM', { code: 'INTERRUPTED', exitCode: 143 });
const NO_PLAN = { blobs: [], manifestLinks: [], repositories: [], layerLinks: [], uploads: [] } as never;

function prunerWith(exec: (output: ExecOutput) => Promise<ExecResult>): PodPruner {
  const api = { exec: (_target: unknown, _command: unknown, output: ExecOutput) => exec(output) };
  return new PodPruner({ api: api as unknown as ClusterApi, pod: POD, reporter: SILENT });
}

test('an interruption after the deletion has started says that blobs may be deleted', async () => {
  const interruption = new AbortController();
  // Closing the connection ends it without an exit status.
  const pruner = prunerWith(async () => {
    interruption.abort(INTERRUPTED);
    return {};
  });
  await expect(pruner.delete(NO_PLAN, async () => {}, interruption.signal)).rejects.toMatchObject({
    code: 'INTERRUPTED',
    exitCode: 143,
    message: "interrupted by SIGTERM; the registry's pruner had already started, so it may have deleted blobs",
    suggestions: ['run the hard prune again: it finds what is left'],
    cause: INTERRUPTED,
  });
  expect(pruner.mayStillRun).toBe(true);
});

test('an interruption before the start says nothing about blobs', async () => {
  const pruner = prunerWith(async ({ stdout }) => {
    stdout(Buffer.from('Would delete 0 blobs\nWould free up 0 B of disk space\n'));
    return { exitCode: 0 };
  });
  await pruner.find(new AbortController().signal);
  await expect(pruner.delete(NO_PLAN, async () => {}, AbortSignal.abort(INTERRUPTED))).rejects.toBe(INTERRUPTED);
});

test('a pod that refuses the process has deleted nothing', async () => {
  const refused = new ExecRefused('cannot run a command', { notStarted: true, suggestions: [] });
  const pruner = prunerWith(() => Promise.reject(refused));
  await expect(pruner.delete(NO_PLAN, async () => {}, new AbortController().signal)).rejects.toBe(refused);
  expect(pruner.mayStillRun).toBe(false);
});
