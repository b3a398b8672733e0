const SECRET = new Set(['token', 'redis-url']);

/** A setting's value as it may be shown: a token never, and no password in an address. */
export function shown(flag: string, value: string): string {
  if (flag === 'token') return '(hidden)';
  return value.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^@/]*@/i, '$1…@');
}

/** A value for an error message; nothing of one that may be a secret. */
export function quoted(flag: string, value: string): string {
  return SECRET.has(flag) ? 'invalid value' : `invalid value "${value}"`;
}
