import { certificateProblem, isConnectionError, networkFailure } from '../../../src/core/kit/network-errors.js';

const coded = (code: string): Error => Object.assign(new Error(code), { code });

test.each([
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'certificate'],
  ['CERT_HAS_EXPIRED', 'certificate'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'certificate'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'plain-http'],
  ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'handshake'],
  ['ENOTFOUND', 'not-found'],
  ['EAI_AGAIN', 'not-found'],
  ['ECONNREFUSED', 'refused'],
  ['UND_ERR_HEADERS_TIMEOUT', 'timeout'],
  ['ENETUNREACH', 'no-route'],
  ['HPE_INVALID_CONSTANT', 'malformed'],
  ['ECONNRESET', 'closed'],
  ['ERR_HTTP2_GOAWAY_SESSION', 'closed'],
  ['E_NEW', 'other'],
])('%s is of the family %s', (code, family) => {
  expect(networkFailure(coded(code))).toBe(family);
  expect(networkFailure(new Error('outer', { cause: coded(code) }))).toBe(family);
});

test.each([
  ['SELF_SIGNED_CERT_IN_CHAIN', 'unknown-authority'],
  ['CERT_HAS_EXPIRED', 'expired'],
  ['CERT_NOT_YET_VALID', 'not-yet-valid'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'other-name'],
  ['CERT_REVOKED', 'other'],
])('%s: the problem of the certificate is %s', (code, problem) => {
  expect(certificateProblem(coded(code))).toBe(problem);
});

test('a retry can overcome connection errors, also inside other errors, but not certificates and unknown hosts', () => {
  expect(isConnectionError(new AggregateError([coded('ECONNREFUSED')]))).toBe(true);
  expect(isConnectionError(new Error('outer', { cause: coded('UND_ERR_SOCKET') }))).toBe(true);
  expect(isConnectionError(coded('CERT_HAS_EXPIRED'))).toBe(false);
  expect(isConnectionError(coded('ENOTFOUND'))).toBe(false);
  expect(isConnectionError(undefined)).toBe(false);
});
