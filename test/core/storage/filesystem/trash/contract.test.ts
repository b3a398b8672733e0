import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { openStorage } from '../../../../../src/core/storage/open.js';
import { filesBelow, makeStorageTree, temporaryDirectory } from '../../../../support/storage-tree.js';
import { TRASH_STORAGE, testTrashContract } from '../../../../support/trash-contract.js';

testTrashContract(async () => {
  const directory = temporaryDirectory();
  makeStorageTree(directory, TRASH_STORAGE);
  const at = (file: string): string => path.join(directory, file);
  return {
    storage: await openStorage(directory),
    put: async (file, content) => {
      mkdirSync(path.dirname(at(file)), { recursive: true });
      writeFileSync(at(file), content);
    },
    read: async (file) => {
      try {
        return readFileSync(at(file), 'utf8');
      } catch {
        return undefined;
      }
    },
    // How versions are recorded is the driver's.
    paths: async () => filesBelow(directory).filter((file) => !file.startsWith('regadm/versions/')),
  };
});
