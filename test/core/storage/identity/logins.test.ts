import { requestStorageToken } from '../../../../src/core/storage/identity/entra.js';
import { assumeRole } from '../../../../src/core/storage/identity/sts.js';
import { startFakeIdentity, type FakeIdentity } from '../../../support/servers/fake-identity.js';

let fake: FakeIdentity;
const log: string[] = [];
const connect = (env = {}) => ({
  ...{ concurrency: 1, env, sleep: () => Promise.resolve() },
  log: (_level: number, line: string) => void log.push(line),
});

beforeEach(async () => {
  fake = await startFakeIdentity();
});
afterEach(() => fake.stop());

const ROLE = { roleArn: 'arn:aws:iam::123456789012:role/registry', region: 'eu-west-1', token: 'token-of-the-account' };
const assume = () => assumeRole(ROLE, connect({ AWS_ENDPOINT_URL_STS: fake.url }));
const identity = () => ({ clientId: 'client', tenantId: 'tenant', authority: fake.url, token: 'token-of-the-account' });
const logIn = () => requestStorageToken(identity(), connect());

test('STS gives the credentials of a role for a token', async () => {
  const { value, expiresAt } = await assume();
  expect(value).toEqual({
    ...{ accessKeyId: 'ASIAKEY1KEYKEY', secretAccessKey: 'role-secret-1', sessionToken: 'role-token-1' },
  });
  expect(Math.abs(expiresAt - Date.now() - 3_600_000)).toBeLessThan(60_000);
  expect(Object.fromEntries(fake.requests[0]!.form)).toEqual({
    ...{ Action: 'AssumeRoleWithWebIdentity', Version: '2011-06-15', RoleSessionName: 'regadm' },
    ...{ RoleArn: ROLE.roleArn, WebIdentityToken: ROLE.token, DurationSeconds: '3600' },
  });
  expect(log.join()).not.toContain(ROLE.token);
});

test('Entra ID gives a token for Azure Storage', async () => {
  const { value, expiresAt } = await logIn();
  expect(value).toEqual({ token: 'role-token-1' });
  expect(Math.abs(expiresAt - Date.now() - 3_600_000)).toBeLessThan(60_000);
  const [{ path, form }] = fake.requests as [FakeIdentity['requests'][number]];
  expect(path).toBe('/tenant/oauth2/v2.0/token');
  expect(Object.fromEntries(form)).toMatchObject({
    client_id: 'client',
    client_assertion: 'token-of-the-account',
    scope: 'https://storage.azure.com/.default',
  });
});

const STS_ERROR =
  '<ErrorResponse><Error><Code>AccessDenied</Code><Message>not token-of-the-account</Message></Error></ErrorResponse>';
const ENTRA_ERROR = '{"error":"invalid_client","error_codes":[700016],"error_description":"not token-of-the-account"}';

test.each([
  ['STS', assume, { status: 403, body: STS_ERROR }, 'STORAGE_DENIED', 'refuses the role: AccessDenied (status 403)'],
  ['STS without a code', assume, { status: 404, body: '<html>' }, 'STORAGE_DENIED', 'status 404'],
  ['STS that fails', assume, { status: 500, body: '' }, 'STORAGE_ERROR', 'status 500'],
  ['STS without credentials', assume, { status: 200, body: '<x/>' }, 'STORAGE_ERROR', 'without credentials'],
  ['Entra ID', logIn, { status: 401, body: ENTRA_ERROR }, 'STORAGE_DENIED', 'invalid_client, AADSTS700016, status 401'],
  ['Entra ID without a token', logIn, { status: 200, body: 'null' }, 'STORAGE_ERROR', 'without a token'],
])('%s: a refusal states its code, never what it repeats', async (_what, request, refusal, code, message) => {
  fake.refusal = refusal;
  const error = (await request().catch((thrown: unknown) => thrown)) as Error;
  expect(error).toMatchObject({ code, message: expect.stringContaining(message) });
  expect(error.message).not.toContain('token-of-the-account');
});

test('an address of STS that is not a URL is an error', async () => {
  await expect(assumeRole(ROLE, connect({ AWS_ENDPOINT_URL_STS: 'sts' }))).rejects.toThrow('AWS_ENDPOINT_URL_STS');
});
