import { rewriteBody } from '../../../src/sandbox/http/rewrite-body.js';
import { startSandbox, type Sandbox } from '../../../src/sandbox/index.js';
import { apiRequest } from '../../support/sandbox-client.js';

const PODS = '/api/v1/pods';
const upper = (text: string): string => text.toUpperCase();

describe('a hook can replace the response to a request', () => {
  let sandbox: Sandbox;
  beforeEach(async () => void (sandbox = await startSandbox({ cluster: {} })));
  afterEach(() => sandbox.stop());

  test('"respond" does not execute the request', async () => {
    const body = '<h1>404</h1>';
    sandbox.onRequest(() => ({ do: 'respond', status: 404, contentType: 'text/html', body }));
    const response = await apiRequest(sandbox, 'GET', PODS, { token: sandbox.tokens.admin });
    expect([response.status, response.body]).toEqual([404, body]);
  });

  test('"rewrite" executes it and changes the body', async () => {
    sandbox.onRequest(() => ({ do: 'rewrite', change: (text) => text.replace('PodList', 'OtherList') }));
    const response = await apiRequest(sandbox, 'GET', PODS, { token: sandbox.tokens.admin });
    expect(response.status).toBe(200);
    expect(response.body).toContain('"kind":"OtherList"');
  });
});

test.each([['a string'], [Buffer.from('a string')], [['a ', 'string']]])('changes a body: %p', (body) => {
  expect(rewriteBody({ status: 200, body }, upper).body).toBe('A STRING');
});

test('changes what is written to a stream', () => {
  const written: string[] = [];
  const { stream } = rewriteBody({ status: 200, stream: (out) => out.write('event') }, upper);
  stream!({ write: (text) => void written.push(text), end: () => undefined, closed: new AbortController().signal });
  expect(written).toEqual(['EVENT']);
});
