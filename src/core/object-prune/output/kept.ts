import { keyOf } from '../plan/object.js';
import { describeReason } from '../plan/reason.js';
import type { ObjectPruneReport } from '../report.js';

/** Lists everything that is kept and why, one line each, for `-v 4`. */
export function* keptLines({ plan }: ObjectPruneReport): Generator<string> {
  for (const { object, because } of plan.kept)
    yield `keeping ${object.kind} ${keyOf(object)}: ${describeReason(because)}\n`;
}
