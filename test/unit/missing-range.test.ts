import { expect, test } from 'vitest'
import { firstIdAt } from '../../src/domain/ids.ts'
import { type ArchiveExtent, type LogExtent, missingRange } from '../../src/domain/missing-range.ts'

const now = 9_000
/** It has forgotten all events up to 50, and has all messages from time 5,000 on. */
const log: LogExtent = { epoch: 'mine', prunedSeq: 50, oldestId: firstIdAt(5_000), isWhole: false }
const fence = (flushedSeq: number, epoch = 'mine') => ({ epoch, formerEpochs: [], flushedSeq })

test.each<[string, ArchiveExtent, ReturnType<typeof missingRange>]>([
  ['up to where the log begins', { fence: fence(50), newestId: firstIdAt(4_000) }, null],
  ['less', { fence: fence(49), newestId: firstIdAt(4_000) }, { after: 4_000, before: 5_000 }],
  [
    'much of another log',
    { fence: fence(99, 'other'), newestId: firstIdAt(4_000) },
    { after: 4_000, before: 5_000 },
  ],
  ['a message that the log has too', { fence: undefined, newestId: firstIdAt(5_000) }, null],
  ['nothing', { fence: undefined, newestId: null }, { after: null, before: 5_000 }],
])('Postgres has %s', (_, archive, missing) => {
  expect(missingRange(log, archive, now)).toEqual(missing)
})

test('a log that never forgot anything lacks nothing', () => {
  const whole = { ...log, prunedSeq: 0, isWhole: true }
  expect(missingRange(whole, { fence: undefined, newestId: null }, now)).toBeNull()
})

test('a log without messages lacks all up to now', () => {
  const empty = { ...log, oldestId: null }
  expect(missingRange(empty, { fence: undefined, newestId: firstIdAt(4_000) }, now)).toEqual({
    after: 4_000,
    before: now,
  })
})
