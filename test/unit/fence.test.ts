import { expect, test } from 'vitest'
import { fenceFault } from '../../src/domain/fence.ts'

const log = {
  epoch: 'mine',
  knownSeq: 10,
  maybeWrittenSeq: 14,
  hasNoFence: false,
  formerEpochs: ['former'],
}

test.each([
  ['as the log knows it', { epoch: 'mine', formerEpochs: [], flushedSeq: 10 }, null],
  ['a lost answer', { epoch: 'mine', formerEpochs: [], flushedSeq: 14 }, null],
  ['no fence', undefined, 'postgres_set_back'],
  ['a lower one', { epoch: 'mine', formerEpochs: [], flushedSeq: 9 }, 'postgres_set_back'],
  [
    'one that the log never tried to write',
    { epoch: 'mine', formerEpochs: [], flushedSeq: 15 },
    'room_set_back',
  ],
  ['another epoch', { epoch: 'other', formerEpochs: [], flushedSeq: 10 }, 'other_room'],
  [
    'an epoch that this log does not know yet',
    { epoch: 'later', formerEpochs: ['mine'], flushedSeq: 1 },
    'room_set_back',
  ],
  ['a former epoch', { epoch: 'former', formerEpochs: [], flushedSeq: 99 }, 'postgres_set_back'],
] as const)('%s', (_, fence, fault) => {
  expect(fenceFault(fence, log)).toBe(fault)
})

test('a log that never wrote a fence takes over any', () => {
  const fresh = { ...log, knownSeq: 0, maybeWrittenSeq: 0, hasNoFence: true }
  for (const fence of [undefined, { epoch: 'other', formerEpochs: [], flushedSeq: 10 }])
    expect(fenceFault(fence, fresh)).toBeNull()
})
