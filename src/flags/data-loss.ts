import { Flags } from '@oclif/core';

/** The flag of commands that roll out the registry. */
export const dataLossFlags = {
  'accept-data-loss': Flags.boolean({
    description:
      'roll out the registry although its storage is an emptyDir (this deletes all its images) or is not known (default: refuse with exit status 4)',
  }),
};
