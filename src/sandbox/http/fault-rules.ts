import { usageError } from '../../core/model/errors.js';
import type { FaultAction } from '../types.js';

/** `METHOD PATH-REGEX [CONDITION…] => ACTION`, parsed. */
export interface FaultRule {
  methods: string[];
  path: RegExp;
  conditions: Conditions;
  action: FaultAction;
}

/** Which of the requests that match, counted from 1, are hit; all that are given must hold. */
export interface Conditions {
  nth?: number;
  times?: number;
  every?: number;
  from?: number;
}

/** States of the simulated cluster that are no matter of one request. */
export const SWITCHES = {
  'registry-gone': 'the registry refuses connections; =SECONDS: for that long, from its first deletion on',
  'registry-read-only': 'the registry is in read-only mode, whatever its pods say',
  'rollout-stuck': 'new registry pods never become ready',
  degraded: 'the image registry operator reports Degraded',
  'exec-refused': 'exec into pods is answered with 403',
  'pod-dies': "the registry's pod dies during exec",
  'slow-output': 'a command in a pod writes a line only every 50 ms',
  'job-fails': 'the pods of jobs fail',
  'invalid-reference': 'a pod has an image reference that cannot be parsed (when given at the start)',
} as const;

export type SwitchName = keyof typeof SWITCHES;

const REGISTRY_PATHS = '^/($|healthz$|v2/|admin/)';

/** Names for rules that are often wanted. */
export const SHORTCUTS: Record<string, string> = {
  conflicts: 'PUT /imagestreams/[^/]+/status every=2 => 409',
  '429': '* . every=5 => 429 retry-after=1',
  '500': '* . every=5 => 500',
  '502': '* . every=5 => 502',
  '503': '* . every=5 => 503',
  reset: '* . every=5 => reset',
  'cut-answer': 'GET . every=5 => cut',
  'lost-answer': 'PUT,DELETE . every=3 => after=reset',
  'expired-continue': 'GET [?&]continue= every=2 => expired',
  html: `* ${REGISTRY_PATHS} => html`,
  hang: `* ${REGISTRY_PATHS} => hang`,
};

export interface ParsedFault {
  rule?: FaultRule;
  switched?: { name: SwitchName; seconds?: number };
}

/** Parses a rule, a shortcut's name or a switch. @throws RegadmError (USAGE) that says what is wrong with it */
export function parseFault(text: string): ParsedFault {
  const trimmed = text.trim();
  const [name = '', value] = trimmed.split('=') as [string, string?];
  if (name in SWITCHES && (value === undefined || (name === 'registry-gone' && isNumber(value)))) {
    return { switched: { name: name as SwitchName, seconds: value === undefined ? undefined : Number(value) } };
  }
  if (name === 'token-expires' && value !== undefined && isNumber(value))
    return { rule: parseRule(`* . from=${value} => 401`) };
  return { rule: parseRule(SHORTCUTS[trimmed] ?? trimmed) };
}

function wrong(text: string, why: string): Error {
  return usageError(`invalid fault rule "${text}" for "--fail": ${why}`, [
    'write METHOD PATH-REGEX [nth=N|times=N|every=N|from=N] => STATUS|reset|cut|hang|html|expired|slow=MS|after=STATUS|after=reset|retry-after=S',
    `or one of ${[...Object.keys(SHORTCUTS), 'token-expires=N', ...Object.keys(SWITCHES)].join(', ')}`,
  ]);
}

function parseRule(text: string): FaultRule {
  const match = /^(\S+)\s+(\S+)((?:\s+\S+=\S+)*)\s+=>\s+(.+)$/.exec(text);
  if (!match) throw wrong(text, 'it is neither a rule nor the name of one');
  const [, methods = '', path = '', conditions = '', action = ''] = match;
  if (!/^(\*|[A-Z]+(,[A-Z]+)*)$/.test(methods)) throw wrong(text, `"${methods}" is no method`);
  return {
    methods: methods.split(','),
    path: regex(text, path),
    conditions: parseConditions(text, conditions),
    action: parseAction(text, action),
  };
}

function regex(text: string, source: string): RegExp {
  try {
    return new RegExp(source);
  } catch {
    throw wrong(text, `"${source}" is no regular expression`);
  }
}

function parseConditions(text: string, source: string): Conditions {
  const conditions: Conditions = {};
  for (const part of source.split(/\s+/).filter(Boolean)) {
    const match = /^(nth|times|every|from)=([1-9]\d*)$/.exec(part);
    if (!match) throw wrong(text, `"${part}" is no condition`);
    conditions[match[1] as keyof Conditions] = Number(match[2]);
  }
  return conditions;
}

function parseAction(text: string, source: string): FaultAction {
  const status = /^([2-5]\d\d)(?:\s+retry-after=(\d+))?$/.exec(source);
  if (status)
    return {
      do: 'status',
      status: Number(status[1]),
      retryAfter: status[2] === undefined ? undefined : Number(status[2]),
    };
  const [name = '', value] = source.split('=') as [string, string?];
  if (value === undefined && ['reset', 'cut', 'hang', 'html', 'expired'].includes(name))
    return { do: name } as FaultAction;
  if (name === 'after' && value === 'reset') return { do: 'after' };
  if (value !== undefined && isNumber(value)) {
    if (name === 'retry-after') return { do: 'status', status: 429, retryAfter: Number(value) };
    if (name === 'slow') return { do: 'slow', ms: Number(value) };
    if (name === 'after') return { do: 'after', status: Number(value) };
  }
  throw wrong(text, `"${source}" is no action`);
}

function isNumber(text: string): boolean {
  return /^\d+$/.test(text);
}

/** True when the `count`th matching request is hit. */
export function isHit({ nth, times, every, from }: Conditions, count: number): boolean {
  return (
    (nth === undefined || count === nth) &&
    (times === undefined || count <= times + (from ?? 1) - 1) &&
    (every === undefined || count % every === 0) &&
    (from === undefined || count >= from)
  );
}
