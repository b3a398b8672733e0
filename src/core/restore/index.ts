export { toRestorePorts } from './connect.js';
export { planOnly, restore } from './restore.js';
