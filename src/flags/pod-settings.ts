import { messageOf, usageError } from '../core/model/errors.js';
import { parseQuantity } from '../core/model/values/quantity.js';
import { affinityProblem } from '../core/in-cluster/affinity.js';
import { checkAffinity } from '../core/in-cluster/placement.js';

/** Values of the flags that say where a pod runs: nothing, whatever the cluster says. */
const NONE = 'none';
const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

/**
 * The name part of a label's key, and its value.
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
 */
const LABEL_NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
const LABEL_VALUE = /^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/;
/** Names of most objects, and the prefix of a label's key: DNS labels with dots between them. */
const SUBDOMAIN = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;

/** Creates the error for the value of a flag. */
function invalid(flag: string, text: string, reason: string, form: string): Error {
  return usageError(`invalid argument "${text}" for "--${flag}" flag: ${reason}`, [form]);
}

function isLabelKey(text: string): boolean {
  const [name, prefix, ...more] = text.split('/').reverse();
  return more.length === 0 && LABEL_NAME.test(name!) && (prefix === undefined || SUBDOMAIN.test(prefix));
}

/** Resources without a domain that a container can have. */
const OWN_RESOURCE = /^(?:cpu|memory|ephemeral-storage|hugepages-.+)$/;
/** Resources of which a node never promises more than it has: huge pages, and those of other domains. */
const NEVER_OVERCOMMITTED = /^(?:hugepages-|(?!.*kubernetes\.io\/).*\/)/;

function isWhole(name: string): boolean {
  return NEVER_OVERCOMMITTED.test(name) && !name.startsWith('hugepages-');
}

/**
 * Checks that the limit of a resource which cannot be overcommitted is its request: the API server refuses others.
 * @throws RegadmError (USAGE)
 */
export function checkOvercommit(requests: Record<string, string>, limits: Record<string, string> = {}): void {
  for (const [name, amount] of Object.entries(requests).filter(([key]) => NEVER_OVERCOMMITTED.test(key))) {
    if (limits[name] === undefined || parseQuantity(limits[name]) !== parseQuantity(amount))
      throw usageError(`--requests of ${name}=${amount} needs the same limit`, [`add --limits=${name}=${amount}`]);
  }
}

/** Splits `a=b,c=d`. @throws RegadmError (USAGE) */
function pairs(flag: string, text: string, form: string): [key: string, value: string][] {
  const found = text.split(',').map((part) => part.split('=', 2) as [string, string?]);
  const bad = text.split(',').find((part) => part.split('=').length !== 2);
  if (bad !== undefined) throw invalid(flag, text, `"${bad}" is not NAME=VALUE`, form);
  const twice = found.find(([key], at) => found.findIndex(([other]) => other === key) < at);
  if (twice) throw invalid(flag, text, `"${twice[0]}" occurs twice`, form);
  return found as [string, string][];
}

/** Converts `--requests` and `--limits`. @throws RegadmError (USAGE) that names the flag */
export function quantitiesFlag(flag: string, text: string): Record<string, string> {
  const form = `write it as --${flag}=cpu=1,memory=1Gi`;
  const amounts = pairs(flag, text, form);
  for (const [name, amount] of amounts) {
    if (!isLabelKey(name)) throw invalid(flag, text, `"${name}" is not the name of a resource`, form);
    if (!name.includes('/') && !OWN_RESOURCE.test(name))
      throw invalid(flag, text, `"${name}" is not a resource of Kubernetes, and has no domain`, form);
    if (isWhole(name) && !Number.isInteger(parseQuantity(amount)))
      throw invalid(flag, text, `"${amount}" of ${name} is not a whole number`, form);
    if (!((parseQuantity(amount) ?? -1) >= 0) || amount.trim() !== amount)
      throw invalid(flag, text, `"${amount}" is not a quantity such as 500m or 1Gi`, form);
  }
  return Object.fromEntries(amounts);
}

/** Converts `--node-selector`; `none` is an empty one. @throws RegadmError (USAGE) */
export function nodeSelectorFlag(text: string): Record<string, string> {
  if (text === NONE) return {};
  const form = 'write it as --node-selector=node-role.kubernetes.io/infra=,zone=a';
  const labels = pairs('node-selector', text, form);
  for (const [key, value] of labels) {
    if (!isLabelKey(key)) throw invalid('node-selector', text, `"${key}" is not the key of a label`, form);
    if (!LABEL_VALUE.test(value)) throw invalid('node-selector', text, `"${value}" is not the value of a label`, form);
  }
  return Object.fromEntries(labels);
}

/** Converts `--toleration`; `none` alone means no toleration. @throws RegadmError (USAGE) */
export function tolerationsFlag(texts: readonly string[]): Record<string, string>[] {
  if (texts.length === 1 && texts[0] === NONE) return [];
  return texts.map(toleration);
}

function toleration(text: string): Record<string, string> {
  const form =
    'write it as KEY=VALUE:EFFECT, KEY:EFFECT, KEY (every effect) or :EFFECT (every key), such as node-role.kubernetes.io/infra:NoSchedule';
  const fail = (reason: string): Error => invalid('toleration', text, reason, form);
  const [, key = '', value, effect] = /^([^=:]*)(?:=([^=:]*))?(?::([^=:]*))?$/.exec(text) ?? [];
  if (text === NONE) throw fail('none cannot be combined with other tolerations');
  if (key === '' && (effect === undefined || value !== undefined)) throw fail('it has no key');
  if (key !== '' && !isLabelKey(key)) throw fail(`"${key}" is not the key of a taint`);
  if (value !== undefined && !LABEL_VALUE.test(value)) throw fail(`"${value}" is not the value of a taint`);
  if (effect !== undefined && !EFFECTS.includes(effect)) throw fail(`the effect must be one of ${EFFECTS.join(', ')}`);
  return {
    ...(key === '' ? {} : { key }),
    ...(value === undefined ? { operator: 'Exists' } : { operator: 'Equal', value }),
    ...(effect === undefined ? {} : { effect }),
  };
}

/** Converts `--affinity`; `none` is an empty one. @throws RegadmError (USAGE) */
export function affinityFlag(text: string): Record<string, unknown> {
  if (text === NONE) return {};
  try {
    const affinity = checkAffinity(JSON.parse(text));
    const problem = affinityProblem(affinity);
    if (problem !== undefined) throw new Error(problem);
    return affinity;
  } catch (error) {
    const reason = error instanceof SyntaxError ? `it is not JSON: ${messageOf(error)}` : messageOf(error);
    throw invalid('affinity', text, reason, 'write it as --affinity=\'{"nodeAffinity": {…}}\'');
  }
}

/** Converts `--priority-class`. @throws RegadmError (USAGE) */
export function priorityClassFlag(text: string): string {
  if (SUBDOMAIN.test(text)) return text;
  throw invalid('priority-class', text, 'not the name of a priority class', 'list them: oc get priorityclasses');
}

/** Converts `--credentials-secret`. @throws RegadmError (USAGE) */
export function secretFlag(text: string): string {
  if (SUBDOMAIN.test(text)) return text;
  throw invalid('credentials-secret', text, 'not the name of a Secret', 'list them: oc get secrets');
}
