/** Names of the steps of an online run. */
export const CHECKING = 'checking permissions, pods and the operator';
export const RECHECKING = 'checking the trash for what is needed again';
export const MOVING = 'moving blobs to the trash that were marked in an earlier run';
export const LOOKING_AGAIN = 'looking again at what is unused';
export const MARKING = 'marking unused blobs';
export const RESTARTING = 'restarting the registry';
export const WAITING = 'waiting until requests of ended pods can no longer take effect';
export const WAITING_AS_SET = 'waiting before the last look';
export const WAITING_UNANSWERED = 'waiting until a request can no longer take effect that the storage has not answered';
export const RECHECKING_AGAIN = 'looking a last time at what is in use';
export const PURGING = 'deleting old blobs from the trash';
