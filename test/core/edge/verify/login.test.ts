import type { ApiRequestOptions, ClusterApi } from '../../../../src/core/cluster/api.js';
import { checkLogin, type OpenRegistry } from '../../../../src/core/edge/verify/login.js';
import type { Registry } from '../../../../src/core/registry/api.js';

/** An API server that issues a token on request, unless it refuses. */
function clusterWith(own: string | undefined, tokenStatus: number): { api: ClusterApi; asked: string[] } {
  const asked: string[] = [];
  const request = async (method: string, path: string, options?: ApiRequestOptions) => {
    if (method === 'POST') asked.push(`${path} ${JSON.stringify(options?.body)}`);
    const body = { status: { token: 'short' } };
    return { status: tokenStatus, headers: {}, body: Buffer.alloc(0), json: () => body };
  };
  return { api: { token: async () => own, request } as unknown as ClusterApi, asked };
}

function opener(): { open: OpenRegistry; opened: (string | undefined)[]; closed: () => number } {
  const opened: (string | undefined)[] = [];
  let closed = 0;
  const registry = {
    url: 'https://outside',
    verified: true,
    checkLogin: async () => {},
    close: async () => void closed++,
  } as unknown as Registry;
  return { open: async (token) => (opened.push(token), registry), opened, closed: () => closed };
}

test("logs in with the kubeconfig's token", async () => {
  const { api, asked } = clusterWith('own', 201);
  const { open, opened, closed } = opener();
  expect(await checkLogin(api, open)).toMatchObject([{ status: 'ok', message: 'https://outside accepts the login' }]);
  expect(opened).toEqual(['own']);
  expect(asked).toEqual([]);
  expect(closed()).toBe(1);
});

test('requests a token for ten minutes if the kubeconfig has only certificates', async () => {
  const { api, asked } = clusterWith(undefined, 201);
  const { open, opened } = opener();
  expect(await checkLogin(api, open)).toMatchObject([{ status: 'ok' }]);
  expect(opened).toEqual(['short']);
  expect(asked).toEqual([expect.stringMatching(/serviceaccounts\/default\/token .*"expirationSeconds":600/)]);
});

test('reports that there is no token, and closes the registry', async () => {
  const { api } = clusterWith(undefined, 403);
  const { open, closed } = opener();
  expect(await checkLogin(api, open)).toMatchObject([
    { status: 'skipped', message: 'https://outside answers, but regadm has no token to log in with' },
  ]);
  expect(closed()).toBe(1);
});
