import type { RegadmError } from '../core/model/errors.js';

/** Formats an error for stderr, one entry per line: every invalid reference, `error: …`, then the suggestions. */
export function errorLines(error: RegadmError): string[] {
  const [first = '', ...others] = error.lines;
  return [
    ...(error.invalidReferences ?? []).map(
      ({ referrer, field, reference, message }) =>
        `${referrer.kind.toLowerCase()}/${referrer.name} namespace=${referrer.namespace}: ${field ? `${field}: ` : ''}${
          reference ? `"${reference}": ` : ''
        }${message}`,
    ),
    `error: ${first}`,
    ...others,
    ...error.suggestions.map((suggestion) => `  * ${suggestion}`),
  ];
}

/** Formats the stack trace of an error, one entry per line. Its message is one line, because it can contain data. */
export function stackLines({ name, message, stack = '' }: Error): string[] {
  const head = `${name}: ${message}`;
  const frames = stack.startsWith(head) ? stack.slice(head.length) : stack.slice(stack.indexOf('\n    at '));
  return [head, ...frames.split('\n').filter(Boolean)];
}
