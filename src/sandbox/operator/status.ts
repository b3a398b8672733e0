import { condition, type Condition } from './conditions.js';

interface OperatorState {
  readyPods: number;
  /** The roll-out is complete. */
  complete: boolean;
  /** True if the Config has the state Removed. */
  removed: boolean;
  /** The fault `degraded` is on. */
  degraded: boolean;
}

/** Makes the conditions that the operator reports in its Config. */
export function operatorConditions({ readyPods, complete, removed, degraded }: OperatorState): Condition[] {
  const available = readyPods > 0 ? 'MinimumAvailability' : 'NoReplicasAvailable';
  const make = (type: string, holds: boolean, reason: string, message = ''): Condition =>
    condition(type, holds, { reason, message });
  return [
    make('Available', removed || readyPods > 0, removed ? 'Removed' : available),
    make('Progressing', !complete, complete ? (removed ? 'Removed' : 'Ready') : 'DeploymentNotCompleted'),
    degraded
      ? make(
          'Degraded',
          true,
          'StorageNotConfigured',
          'Unable to apply resources: unable to sync storage configuration',
        )
      : make('Degraded', false, removed ? 'Removed' : 'AsExpected'),
    make('Removed', removed, removed ? 'Removed' : 'AsExpected'),
  ];
}
