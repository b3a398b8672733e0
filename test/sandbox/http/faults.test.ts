import { parseFault, SHORTCUTS, SWITCHES } from '../../../src/sandbox/http/fault-rules.js';
import { startSandbox, type Sandbox } from '../../../src/sandbox/index.js';
import { apiRequest, digest, eventually, images, NOWHERE, registryRequest } from '../../support/sandbox-client.js';

const IMAGES = '/apis/image.openshift.io/v1/images';

describe('fault rules', () => {
  let sandbox: Sandbox;
  beforeEach(async () => {
    sandbox = await startSandbox({ cluster: { images: images(5) } });
  });
  afterEach(() => sandbox.stop());

  const status = async (method = 'GET', path = IMAGES): Promise<number | string> =>
    apiRequest(sandbox, method, path, { token: sandbox.tokens.admin }).then(
      (answer) => answer.status,
      (error: NodeJS.ErrnoException) => error.code ?? error.message,
    );

  const three = async (): Promise<(number | string)[]> => [await status(), await status(), await status()];

  test.each([
    ['GET /images$ nth=2 => 500', [200, 500, 200]],
    ['GET /images$ times=2 => 503', [503, 503, 200]],
    ['GET,PUT /images$ every=3 => 429 retry-after=1', [200, 200, 429]],
    ['* . from=2 => 401', [200, 401, 401]],
    ['* . from=2 times=1 => 502', [200, 502, 200]],
    ['DELETE . => 500', [200, 200, 200]],
    ['token-expires=3', [200, 200, 401]],
  ])('%s', async (rule, expected) => {
    sandbox.addFault(rule);
    expect(await three()).toEqual(expected);
    sandbox.clearFaults();
    expect(await status()).toBe(200);
  });

  test('a 429 has a Retry-After header', async () => {
    sandbox.addFault('GET . => retry-after=7');
    const answer = await apiRequest(sandbox, 'GET', IMAGES, { token: sandbox.tokens.admin });
    expect(answer).toMatchObject({ status: 429, headers: { 'retry-after': '7' } });
    expect(answer.json()).toMatchObject({ kind: 'Status', reason: 'TooManyRequests' });
  });

  test('reset and cut reset the connection', async () => {
    sandbox.addFault('GET . nth=1 => reset');
    sandbox.addFault('GET . nth=2 => cut');
    expect(await three()).toEqual(['ECONNRESET', 'ECONNRESET', 200]);
  });

  test('after: the request is executed, but its response is lost', async () => {
    sandbox.addFault('DELETE /images/ nth=1 => after=reset');
    sandbox.addFault('DELETE /images/ nth=2 => after=500');
    expect(await status('DELETE', `${IMAGES}/${digest(1)}`)).toBe('ECONNRESET');
    expect(await status('DELETE', `${IMAGES}/${digest(2)}`)).toBe(500);
    expect(sandbox.store.list('images').map((image) => image.metadata.name)).toEqual([3, 4, 5].map(digest));
  });

  test('trickle: the response arrives byte by byte, complete', async () => {
    const read = () => apiRequest(sandbox, 'GET', `${IMAGES}?limit=1`, { token: sandbox.tokens.admin });
    const whole = await read();
    sandbox.addFault('GET . => trickle=0');
    expect(await read()).toMatchObject({ status: 200, body: whole.body });
  });

  test('hang: no response is sent', async () => {
    sandbox.addFault('GET . => hang');
    const hanging = status();
    await expect(Promise.race([hanging, new Promise((resolve) => setTimeout(resolve, 50, 'waiting'))])).resolves.toBe(
      'waiting',
    );
    await sandbox.stop();
    expect(await hanging).toBe('ECONNRESET');
  });

  test('expired: 410 for the next page, with a token for the rest', async () => {
    sandbox.addFault('GET [?&]continue= => expired');
    const first = (await apiRequest(sandbox, 'GET', `${IMAGES}?limit=2`, { token: sandbox.tokens.admin })).json<{
      metadata: { continue: string };
    }>();
    const answer = await apiRequest(sandbox, 'GET', `${IMAGES}?limit=2&continue=${first.metadata.continue}`, {
      token: sandbox.tokens.admin,
    });
    expect(answer.status).toBe(410);
    expect(answer.json<{ metadata: { continue?: string } }>().metadata.continue).toBeTruthy();
  });

  test('html: the registry responds with a web page', async () => {
    sandbox.addFault('html');
    const answer = await registryRequest(sandbox, 'GET', '/');
    expect(answer).toMatchObject({ status: 200, headers: { 'content-type': 'text/html' } });
    expect(await status()).toBe(200);
  });

  test('registry-gone: connections are refused until the fault is cleared', async () => {
    sandbox.addFault('registry-gone');
    const healthz = (): Promise<unknown> =>
      registryRequest(sandbox, 'GET', '/healthz').then(
        (answer) => answer.status,
        (error: NodeJS.ErrnoException) => error.code,
      );
    await eventually(async () => expect(await healthz()).toBe('ECONNREFUSED'));
    sandbox.clearFaults();
    await eventually(async () => expect(await healthz()).toBe(200));
  });

  test('registry-read-only: deletions get 405', async () => {
    sandbox.addFault('registry-read-only');
    expect(
      (await registryRequest(sandbox, 'DELETE', `/v2/a/b/blobs/${NOWHERE}`, { token: sandbox.tokens.admin })).status,
    ).toBe(405);
  });

  test('a hook runs before a request is handled, can wait, and can set the response', async () => {
    const seen: string[] = [];
    sandbox.onRequest(async ({ method, path, server, user, index }) => {
      await Promise.resolve();
      seen.push(`${index} ${server} ${user} ${method} ${path}`);
      sandbox.store.remove('images', digest(1));
      return path.endsWith('/nodes') ? { do: 'status', status: 504 } : undefined;
    });
    expect(await status('GET', `${IMAGES}/${digest(1)}`)).toBe(404);
    expect(await status('GET', '/api/v1/nodes')).toBe(504);
    expect(seen).toEqual([`1 api admin GET ${IMAGES}/${digest(1)}`, '2 api admin GET /api/v1/nodes']);
    expect(sandbox.requests.map(({ status: code }) => code)).toEqual([404, 504]);
  });
});

describe('parsing rules', () => {
  test.each([
    ...Object.keys(SHORTCUTS),
    ...Object.keys(SWITCHES),
    'token-expires=4',
    'registry-gone=10',
    'GET /x => slow=10',
    'GET /x => trickle=10',
  ])('%s', (rule) => {
    expect(() => parseFault(rule)).not.toThrow();
  });

  test.each([
    ['nonsense', 'not a rule and not the name of a rule'],
    ['GET /x => 99', 'invalid action "99"'],
    ['GET /x nth=0 => 500', 'invalid condition "nth=0"'],
    ['GET /x often=2 => 500', 'invalid condition "often=2"'],
    ['GET ( => 500', 'invalid regular expression "("'],
    ['get /x => 500', 'invalid method "get"'],
    ['constructor', 'not a rule'],
    ['toString', 'not a rule'],
    ['token-expires=soon', 'not a rule'],
  ])('%s is rejected', (rule, words) => {
    expect(() => parseFault(rule)).toThrow(words);
    expect(() => parseFault(rule)).toThrow(expect.objectContaining({ code: 'USAGE' }) as Error);
  });

  test('an invalid rule prevents the start', async () => {
    await expect(startSandbox({ fail: ['nonsense'] })).rejects.toThrow('invalid fault rule "nonsense"');
  });
});
