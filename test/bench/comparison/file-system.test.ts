import { expect, test } from 'vitest';
import { fileSystemIn, isInMemory } from './file-system.ts';

const mountInfo = [
  '22 1 254:0 / / rw,relatime - ext4 /dev/vda rw',
  '23 22 0:20 / /tmp rw shared:2 - tmpfs tmpfs rw,size=1g',
  '24 22 8:1 / /var\\040data rw - xfs /dev/sda rw',
  '25 22 0:30 / /twice rw - ext4 /dev/vdb rw',
  '26 22 0:31 / /twice rw - tmpfs tmpfs rw',
  '',
].join('\n');

test.each([
  ['/var/tmp/x', 'ext4'],
  ['/tmp', 'tmpfs'],
  ['/tmp/deep/below', 'tmpfs'],
  ['/tmpfoo', 'ext4'],
  ['/var data/x', 'xfs'],
  ['/twice/x', 'tmpfs'],
])('%s is on %s', (folder, expected) => {
  expect(fileSystemIn(mountInfo, folder)).toBe(expected);
});

test('what is kept in memory is told from what is not', () => {
  expect([isInMemory('tmpfs'), isInMemory('ext4'), isInMemory(null)]).toEqual([true, false, false]);
});
