import { Flags, type Interfaces } from '@oclif/core';
import type { OnlineGuard, OnlineOptions } from '../core/hard-prune/request.js';
import { limitedDurationFlag } from './duration.js';

const DEFAULT = { grace: '20h', 'trash-keep': '7d', 'recheck-after': '60s' } as const;

/** The longest values: a time in the future must be a valid date, and the last check belongs to the same run. */
const LONGEST = { grace: '3650d', 'trash-keep': '3650d', 'recheck-after': '1d' } as const;

/** Flags that only an online hard prune has. */
export const ONLINE_ONLY = ['grace', 'trash-keep', 'recheck-after', 'restart', 'discard-marks'] as const;

/** The flags of a hard prune that moves blobs to the trash. */
export const onlinePruneFlags = {
  online: Flags.boolean({
    allowNo: true,
    exclusive: ['trash'],
    description:
      'prune without read-only mode, while pushes continue: mark what is unused, move what was marked in an earlier run and is still unused to the trash, and delete it from there later; run it every night (needs --storage)',
  }),
  grace: Flags.string({
    helpValue: 'DURATION',
    description: `move to the trash only what was marked at least this long ago, with --online; longer than any push takes; at most ${LONGEST.grace} (default: ${DEFAULT.grace})`,
  }),
  'trash-keep': Flags.string({
    helpValue: 'DURATION',
    description: `keep blobs in the trash for this long, at most ${LONGEST['trash-keep']}, then delete them, with --online (default: ${DEFAULT['trash-keep']})`,
  }),
  'recheck-after': Flags.string({
    helpValue: 'DURATION',
    description: `wait this long, at most ${LONGEST['recheck-after']}, after the last old registry pod has ended, then check again what is in use, with --online (default: ${DEFAULT['recheck-after']})`,
  }),
  restart: Flags.boolean({
    allowNo: true,
    description:
      'restart the registry once, pod by pod, after blobs were marked or moved, so that no process remembers them (only with --online; default: true)',
  }),
  'discard-marks': Flags.boolean({
    description:
      'begin again without the marks of earlier runs, if their file is damaged or of another storage (only with --online)',
  }),
  trash: Flags.boolean({
    allowNo: true,
    description:
      'move blobs to a trash in the storage instead of deleting them: regadm trash restore brings them back (needs --storage)',
  }),
};

type OnlineFlagValues = Interfaces.InferredFlags<typeof onlinePruneFlags> & {
  'read-only': string;
  'accept-data-loss': boolean;
};

/** Converts the flags of `--online`. @throws RegadmError USAGE that names the flag */
export function onlineGuard(flags: OnlineFlagValues): OnlineGuard {
  const isSkipped = flags['read-only'] === 'skip';
  return {
    mode: 'online',
    graceMs: periodOf('grace', flags),
    trashKeepMs: periodOf('trash-keep', flags),
    recheckAfterMs: periodOf('recheck-after', flags),
    restarts: !isSkipped && flags.restart !== false,
    onlyStorage: isSkipped,
    discardMarks: flags['discard-marks'] ?? false,
    acceptDataLoss: flags['accept-data-loss'],
  };
}

const periodOf = (name: keyof typeof DEFAULT, flags: Partial<Record<typeof name, string>>): number =>
  limitedDurationFlag(name, flags[name] ?? DEFAULT[name], LONGEST[name]);

/** Returns the options of `--online` as they were written, for the report. */
export function shownOnlineOptions(flags: OnlineFlagValues): OnlineOptions {
  if (!flags.online) return {};
  return {
    online: true,
    grace: flags.grace ?? DEFAULT.grace,
    trashKeep: flags['trash-keep'] ?? DEFAULT['trash-keep'],
    recheckAfter: flags['recheck-after'] ?? DEFAULT['recheck-after'],
    restart: flags['read-only'] !== 'skip' && flags.restart !== false,
    ...(flags['discard-marks'] ? { discardMarks: true } : {}),
  };
}
