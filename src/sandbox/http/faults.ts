import { applies, parseFault, type FaultRule, type SwitchName } from './fault-rules.js';
import type { FaultAction } from '../types.js';

/** The active faults: rules with their counters, and switches. */
export class Faults {
  private rules: { rule: FaultRule; count: number }[] = [];
  private readonly switches = new Map<SwitchName, number | undefined>();
  private readonly listeners: (() => void)[] = [];

  /** @throws RegadmError (USAGE) */
  add(text: string): void {
    const fault = parseFault(text);
    if (fault.kind === 'rule') this.rules.push({ rule: fault.rule, count: 0 });
    else this.switches.set(fault.name, fault.seconds);
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

  /** Returns the number given with a switch, such as the seconds of `registry-gone=10`. */
  valueOf(name: SwitchName): number | undefined {
    return this.switches.get(name);
  }

  /** Runs `work` with the switch off. */
  withoutSwitch(name: SwitchName, work: () => void): void {
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

  /**
   * Returns the action for a request: that of the first rule that applies. Every rule that matches counts the request.
   */
  actionFor(method: string, path: string): FaultAction | undefined {
    let chosen: FaultAction | undefined;
    for (const entry of this.rules) {
      const { methods, path: pattern, conditions, action } = entry.rule;
      if (!(methods.includes('*') || methods.includes(method)) || !pattern.test(path)) continue;
      entry.count++;
      if (applies(conditions, entry.count)) chosen ??= action;
    }
    return chosen;
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
  }
}
