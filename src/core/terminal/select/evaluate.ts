import { TemplateError, type Operator, type Step } from './template.js';

type Elementary = string | number | boolean | null;

/**
 * Finds values in documents. What does not exist yields nothing, an index beyond the end too: what a run did must not
 * look like a failure because nothing was found. The number of steps is limited, so that every template ends.
 */
export class Evaluator {
  private steps = 0;

  constructor(private readonly maxSteps: number) {}

  /** @throws TemplateError if the template needs too many steps */
  find(value: unknown, steps: readonly Step[]): unknown[] {
    return steps.reduce<unknown[]>((values, step) => this.follow(values, step), [value]);
  }

  private follow(values: unknown[], step: Step): unknown[] {
    this.count(values.length + 1);
    const found: unknown[] = [];
    if (step.is === 'constant') return [step.value];
    if (step.is === 'union') for (const part of step.parts) this.addAll(found, values, part);
    else for (const value of values) for (const one of this.below(value, step)) found.push(one);
    this.count(found.length);
    return found;
  }

  private addAll(found: unknown[], values: unknown[], steps: readonly Step[]): void {
    const all = steps.reduce<unknown[]>((from, step) => this.follow(from, step), values);
    for (const one of all) found.push(one);
  }

  private below(value: unknown, step: Exclude<Step, { is: 'constant' | 'union' }>): Iterable<unknown> {
    switch (step.is) {
      case 'field':
        return isRecord(value) && Object.hasOwn(value, step.name) ? [value[step.name]].filter(isKnown) : [];
      case 'all':
        return children(value);
      case 'recursive':
        return this.descendants(value);
      case 'filter':
        return Array.isArray(value) ? value.filter((one: unknown) => this.passes(one, step)) : [];
      default:
        return Array.isArray(value) ? elements(value, step) : [];
    }
  }

  /** Yields a value and all objects and lists in it, each before what it contains. */
  private *descendants(root: unknown): Generator<unknown> {
    const waiting = [root];
    while (waiting.length > 0) {
      const value = waiting.pop();
      const inner = children(value);
      this.count(inner.length + 1);
      if (inner.length === 0) continue;
      yield value;
      for (let at = inner.length - 1; at >= 0; at--) waiting.push(inner[at]);
    }
  }

  private passes(value: unknown, { left, comparison }: Step & { is: 'filter' }): boolean {
    const [first, ...more] = this.find(value, left);
    if (!comparison) return first !== undefined;
    const [other, ...others] = this.find(value, comparison.right);
    if (first === undefined || other === undefined || more.length + others.length > 0) return false;
    return compare(first, other, comparison.operator);
  }

  private count(steps: number): void {
    this.steps += steps;
    if (this.steps > this.maxSteps) throw new TemplateError('the template takes too many steps for this document');
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isKnown(value: unknown): boolean {
  return value !== undefined;
}

function children(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  return Array.isArray(value) ? value : Object.values(value).filter(isKnown);
}

function elements(list: unknown[], step: Step & { is: 'slice' | 'element' }): unknown[] {
  const fromEnd = (at: number): number => (at < 0 ? at + list.length : at);
  if (step.is === 'element') {
    const at = fromEnd(step.at);
    return at >= 0 && at < list.length ? [list[at]] : [];
  }
  const part = list.slice(Math.max(0, fromEnd(step.from ?? 0)), Math.max(0, fromEnd(step.to ?? list.length)));
  return part.filter((_, at) => at % step.every === 0);
}

/** Values of different types are different; neither is larger. */
function compare(left: unknown, right: unknown, operator: Operator): boolean {
  const isComparable = typeof left === typeof right && typeof left !== 'object';
  if (operator === '==') return isComparable ? left === right : left === null && right === null;
  if (operator === '!=') return isComparable ? left !== right : !(left === null && right === null);
  if (!isComparable || typeof left === 'boolean') return false;
  const [a, b] = [left, right] as [Elementary & string, string];
  if (operator === '<') return a < b;
  if (operator === '<=') return a <= b;
  return operator === '>' ? a > b : a >= b;
}
