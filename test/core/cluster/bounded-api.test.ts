import type { ApiRequestOptions, ClusterApi, ExecOutput } from '../../../src/core/cluster/api.js';
import { BoundedApi } from '../../../src/core/cluster/bounded-api.js';

/** A cluster that records the signals of its requests. */
function recorder() {
  const signals: (AbortSignal | undefined)[] = [];
  const record = async (_: string, options?: ApiRequestOptions): Promise<never> =>
    signals.push(options?.signal) as unknown as never;
  const api: Partial<ClusterApi> = {
    server: 'https://api.example.com:6443',
    insecure: true,
    request: (_, path, options) => record(path, options),
    get: (path, options) => record(path, options),
    stream: (path, options) => record(path, options),
    exec: async (_, __, { signal }: ExecOutput) => ({ exitCode: signals.push(signal) }),
  };
  return { api: api as ClusterApi, signals };
}

const OUTPUT = { stdout: () => undefined, stderr: () => undefined };
const TARGET = { namespace: 'ns', pod: 'p' };

test('every request ends with the signal, unless it has its own', async () => {
  const { api, signals } = recorder();
  const [all, own] = [new AbortController().signal, new AbortController().signal];
  const bounded = new BoundedApi(api, all);
  for (const signal of [undefined, own]) {
    await bounded.request('GET', '/a', { signal });
    await bounded.get('/a', { signal });
    await bounded.stream('/a', { signal });
    await bounded.exec(TARGET, ['df'], { ...OUTPUT, signal });
  }
  await bounded.request('GET', '/a');
  expect(signals).toEqual([all, all, all, all, own, own, own, own, all]);
});

test('it is the same cluster', () => {
  const { api } = recorder();
  const { server, insecure } = new BoundedApi(api, new AbortController().signal);
  expect({ server, insecure }).toEqual({ server: 'https://api.example.com:6443', insecure: true });
});
