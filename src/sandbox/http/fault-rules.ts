import { usageError } from '../../core/model/errors.js';
import type { FaultAction } from '../types.js';

/** A parsed rule `METHOD PATH-REGEX [CONDITION…] => ACTION`. */
export interface FaultRule {
  methods: string[];
  path: RegExp;
  conditions: Conditions;
  action: FaultAction;
}

/** Selects among the matching requests, counted from 1. All given conditions must hold. */
export interface Conditions {
  nth?: number;
  times?: number;
  every?: number;
  from?: number;
}

/** States of the simulated cluster that do not depend on a single request. */
export const SWITCHES = {
  'registry-gone': 'the registry refuses connections; =SECONDS: for that time, starting at its first deletion',
  'registry-read-only': 'the registry is in read-only mode, even if its pods are not',
  'rollout-stuck': 'new registry pods never become ready',
  degraded: 'the image registry operator reports Degraded',
  'exec-refused': 'exec into pods fails with 403',
  'pod-dies': 'the registry pod is deleted during a hard prune in it',
  'slow-output': 'commands in pods write one line every 50 ms',
  'job-fails': 'pods of jobs fail',
  'not-mounted': "nothing is mounted at the registry's path on the nodes",
  'no-pruner-role': "the registry's service account lacks the role that its pruner needs (only with --fail)",
  'untagged-children': 'image streams do not list the children of image indexes (only with --fail)',
  'invalid-reference': 'a pod has an invalid image reference (only with --fail)',
} as const;

export type SwitchName = keyof typeof SWITCHES;

const REGISTRY_PATHS = '^/($|healthz$|v2/|admin/)';

/** Names of common rules. */
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

type ParsedFault = { kind: 'rule'; rule: FaultRule } | { kind: 'switch'; name: SwitchName; seconds?: number };

/** Parses a rule, the name of a common rule, or a switch. @throws RegadmError (USAGE) with the cause */
export function parseFault(text: string): ParsedFault {
  const trimmed = text.trim();
  const [name = '', value] = trimmed.split('=') as [string, string?];
  if (Object.hasOwn(SWITCHES, name) && (value === undefined || (name === 'registry-gone' && isNumber(value)))) {
    return { kind: 'switch', name: name as SwitchName, seconds: value === undefined ? undefined : Number(value) };
  }
  if (name === 'token-expires' && value !== undefined && isNumber(value))
    return { kind: 'rule', rule: parseRule(`* . from=${value} => 401`) };
  return { kind: 'rule', rule: parseRule((Object.hasOwn(SHORTCUTS, trimmed) && SHORTCUTS[trimmed]) || trimmed) };
}

function invalidRule(text: string, why: string): Error {
  return usageError(`invalid fault rule "${text}" for "--fail": ${why}`, [
    'use METHOD PATH-REGEX [nth=N|times=N|every=N|from=N] => STATUS|reset|cut|hang|html|expired|slow=MS|trickle=MS|after=STATUS|after=reset|retry-after=S',
    `or one of ${[...Object.keys(SHORTCUTS), 'token-expires=N', ...Object.keys(SWITCHES)].join(', ')}`,
  ]);
}

function parseRule(text: string): FaultRule {
  const match = /^(\S+)\s+(\S+)((?:\s+\S+=\S+)*)\s+=>\s+(.+)$/.exec(text);
  if (!match) throw invalidRule(text, 'not a rule and not the name of a rule');
  const [, methods = '', path = '', conditions = '', action = ''] = match;
  if (!/^(\*|[A-Z]+(,[A-Z]+)*)$/.test(methods)) throw invalidRule(text, `invalid method "${methods}"`);
  return {
    methods: methods.split(','),
    path: parsePath(text, path),
    conditions: parseConditions(text, conditions),
    action: parseAction(text, action),
  };
}

function parsePath(text: string, source: string): RegExp {
  try {
    return new RegExp(source);
  } catch {
    throw invalidRule(text, `invalid regular expression "${source}"`);
  }
}

function parseConditions(text: string, source: string): Conditions {
  const conditions: Conditions = {};
  for (const part of source.split(/\s+/).filter(Boolean)) {
    const match = /^(nth|times|every|from)=([1-9]\d*)$/.exec(part);
    if (!match) throw invalidRule(text, `invalid condition "${part}"`);
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
    if (name === 'slow' || name === 'trickle') return { do: name, ms: Number(value) };
    if (name === 'after') return { do: 'after', status: Number(value) };
  }
  throw invalidRule(text, `invalid action "${source}"`);
}

function isNumber(text: string): boolean {
  return /^\d+$/.test(text);
}

/** Returns whether a rule applies to the `count`th matching request. */
export function applies({ nth, times, every, from }: Conditions, count: number): boolean {
  return (
    (nth === undefined || count === nth) &&
    (times === undefined || count <= times + (from ?? 1) - 1) &&
    (every === undefined || count % every === 0) &&
    (from === undefined || count >= from)
  );
}
