import { startSandbox, type Sandbox } from '../../../src/sandbox/index.js';
import { apiRequest, eventually } from '../../support/sandbox-client.js';

const HOUR_MS = 3_600_000;
const IMAGES = '/apis/image.openshift.io/v1/images';

let sandbox: Sandbox;
afterEach(() => sandbox.stop());

const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

/** Lets the server schedule the delay of a request that has arrived. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

test.each([
  ['latency', { latencyMs: HOUR_MS }],
  ['a slow response', { fail: [`GET . => slow=${HOUR_MS}`] }],
  ['a response byte by byte', { fail: [`GET . => trickle=${HOUR_MS}`] }],
])('stop does not wait for %s', async (_name, options) => {
  sandbox = await startSandbox({ cluster: {}, ...options });
  const arrived = new Promise<void>((resolve) => sandbox.onRequest(() => resolve()));
  const before = timers();
  const request = apiRequest(sandbox, 'GET', IMAGES, { token: sandbox.tokens.admin }).catch(
    (error: NodeJS.ErrnoException) => error.code,
  );
  await arrived;
  await turns(100);
  await sandbox.stop();
  expect(await request).toBe('ECONNRESET');
  await eventually(() => Promise.resolve(expect(timers()).toBeLessThanOrEqual(before)));
});
