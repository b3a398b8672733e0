/** Directory of a volume that only the containers of the pod share. */
const STATUS_DIRECTORY = '/run/regadm';
/** File in which an init container records that its prune failed. */
const STATUS_FILE = `${STATUS_DIRECTORY}/failures`;

/** Variable of an init container: record a failure in this file, and end with 0, so that the next prune runs. */
export const DEFER_VARIABLE = 'REGADM_DEFER_FAILURE';
/** Variable of the last container: fail if this file has failures. */
export const REPORT_VARIABLE = 'REGADM_REPORT_FAILURES';

const VOLUME = 'failures';

/** Returns what a container of a pod with several prunes needs in addition. */
export function deferral(variable: string): object {
  return {
    env: [{ name: variable, value: STATUS_FILE }],
    volumeMounts: [{ name: VOLUME, mountPath: STATUS_DIRECTORY }],
  };
}

/** The volume of the file. */
export const STATUS_VOLUME = { name: VOLUME, emptyDir: { sizeLimit: '1Mi' } };
