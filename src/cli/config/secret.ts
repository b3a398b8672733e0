const SECRET = new Set(['token', 'redis-url']);

/** Returns a setting's value without secrets: no token, and no password in an address. */
export function shown(flag: string, value: string): string {
  if (flag === 'token') return '(hidden)';
  return value.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^@/]*@/i, '$1…@');
}

/** Quotes a value for an error message, without a value that can be a secret. */
export function quoted(flag: string, value: string): string {
  return SECRET.has(flag) ? 'invalid value' : `invalid value "${value}"`;
}
