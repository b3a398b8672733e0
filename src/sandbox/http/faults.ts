import { isHit, parseFault, type FaultRule, type SwitchName } from './fault-rules.js';
import type { FaultAction } from '../types.js';

/** The faults in force: rules with their counts, and switches. */
export class Faults {
  private rules: { rule: FaultRule; count: number }[] = [];
  private readonly switches = new Map<SwitchName, number | undefined>();
  private readonly listeners: (() => void)[] = [];

  /** @throws RegadmError (USAGE) */
  add(text: string): void {
    const { rule, switched } = parseFault(text);
    if (rule) this.rules.push({ rule, count: 0 });
    if (switched) this.switches.set(switched.name, switched.seconds);
    this.changed();
  }

  clear(): void {
    this.rules = [];
    this.switches.clear();
    this.changed();
  }

  has(name: SwitchName): boolean {
    return this.switches.has(name);
  }

  /** The number given with a switch, e.g. the seconds of `registry-gone=10`. */
  valueOf(name: SwitchName): number | undefined {
    return this.switches.get(name);
  }

  /** Runs `work` as if the switch were off. */
  suspended(name: SwitchName, work: () => void): void {
    const on = this.switches.has(name);
    const value = this.switches.get(name);
    this.switches.delete(name);
    work();
    if (on) this.switches.set(name, value);
  }

  /** Calls `listener` when faults are added or cleared. */
  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** What is to be done to this request; the first rule that hits decides, every rule that matches counts it. */
  decide(method: string, path: string): FaultAction | undefined {
    let decided: FaultAction | undefined;
    for (const entry of this.rules) {
      const { methods, path: pattern, conditions, action } = entry.rule;
      if (!(methods.includes('*') || methods.includes(method)) || !pattern.test(path)) continue;
      entry.count++;
      if (isHit(conditions, entry.count)) decided ??= action;
    }
    return decided;
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
  }
}
