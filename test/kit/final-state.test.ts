// Each comparison must find what it exists to find.

import { describe, expect, test } from 'vitest'
import {
  type AcceptedMessage,
  type ArchiveRow,
  compareAccepted,
  compareArchive,
  compareOnline,
  compareView,
  findDeletedTexts,
  findForbidden,
  type Row,
  withPurges,
} from './final-state.ts'
import { firstIdAt } from './ids.ts'
import { RestrictionTimes } from './restriction-times.ts'

const ids = ['a1', 'a2', 'a3', 'a4']

function row(id: string, change: Partial<Row> = {}): Row {
  return { id, user_id: 'ada', content: `c-${id}: hello`, revision: 1, updated_at: null, ...change }
}

const history = ids.map((id) => row(id))
const [first, second, third, fourth] = history as [Row, Row, Row, Row]
const archive: ArchiveRow[] = history.map((kept) => ({ ...kept, is_deleted: false }))
const accepted: AcceptedMessage[] = ids.map((id) => ({
  id,
  client_id: `c-${id}`,
  user_id: 'ada',
  deleted: false,
}))

describe('a view against the history', () => {
  test('that is the same gives no difference', () => {
    expect(compareView('ada', history, history)).toEqual([])
    expect(compareView('ada', history, history.slice(2), 'a3')).toEqual([])
  })

  test.each<[string, Row[], string[]]>([
    ['a lost message', [first, third, fourth], ['ada lacks a2: lost']],
    ['a doubled message', [first, second, second, third, fourth], ['ada shows a2 twice']],
    ['swapped messages', [first, third, second, fourth], ['ada shows a2 after a3: out of order']],
    [
      'a message that was never sent',
      [...history, row('a5')],
      ['ada shows a5, which does not exist'],
    ],
    [
      'an edit that did not arrive',
      [first, second, third, row('a4', { content: 'old', revision: 2 })],
      ['ada: content of a4 is old, not c-a4: hello', 'ada: revision of a4 is 2, not 1'],
    ],
  ])('reports %s', (_name, shown, wrong) => {
    expect(compareView('ada', history, shown)).toEqual(wrong)
  })

  test('reports what is lost above the horizon', () => {
    expect(compareView('ada', history, [fourth], 'a3')).toEqual(['ada lacks a3: lost'])
  })
})

describe('the archive', () => {
  test('that has everything gives no difference', () => {
    expect(compareArchive(history, archive)).toEqual([])
    expect(compareAccepted(accepted, archive)).toEqual([])
  })

  const blank = { ...archive[3], content: '', is_deleted: true } as ArchiveRow
  const rest = archive.slice(0, 3)

  test('may hold deleted rows without a text', () => {
    const deleted = accepted.map((one) => ({ ...one, deleted: one.id === 'a4' }))
    expect(compareArchive(history.slice(0, 3), [...rest, blank])).toEqual([])
    expect(compareAccepted(deleted, [...rest, blank])).toEqual([])
  })

  test('is wrong with a text of a deleted message', () => {
    const leaking = { ...blank, content: 'c-a4: hello' }
    expect(compareArchive(history.slice(0, 3), [...rest, leaking])).toEqual([
      'Postgres has the text of the deleted a4',
    ])
  })

  test.each<[string, ArchiveRow[], RegExp]>([
    ['a lost message', rest, /^c-a4 was accepted as a4 and is lost$/],
    [
      'a message without an author',
      [...archive, { ...blank, id: 'a5' }],
      /^a5 exists and no author sent it/,
    ],
    ['a deletion without a request', [...rest, blank], /^a4 is deleted without a request$/],
  ])('is wrong with %s', (_name, rows, wrong) => {
    expect(compareAccepted(accepted, rows)).toEqual([expect.stringMatching(wrong)])
  })

  test('is wrong with a client_id that made two messages', () => {
    const twice = { ...archive[0], id: 'a5' } as ArchiveRow
    expect(compareAccepted(accepted, [...archive, twice])).toContain(
      'ada c-a1 made a1 and a5: doubled',
    )
  })

  test('is wrong with a deletion that did not last', () => {
    const deleted = accepted.map((one) => ({ ...one, deleted: one.id === 'a4' }))
    expect(compareAccepted(deleted, archive)).toEqual(['a4 is not deleted'])
    expect(findDeletedTexts('Postgres', deleted, archive)).toEqual([
      'Postgres holds the deleted text of a4',
    ])
  })
})

test('purges delete what was accepted in their range, and nothing else', () => {
  const purge = { user_id: 'ada', from_id: 'a2', to_id: 'a3' }
  const deleted = withPurges(accepted, [purge, { ...purge, user_id: 'eve', to_id: 'a4' }])
  expect(deleted.map((message) => message.deleted)).toEqual([false, true, true, false])
  expect(compareAccepted(deleted, archive)).toEqual(['a2 is not deleted', 'a3 is not deleted'])
})

test('what was written under a mute or a ban is found', () => {
  const times = new RestrictionTimes()
  const end = { until: 5_000, reason: null }
  times.begin('mute', 'ada', end, 1_000)(2_000)
  times.begin('ban', 'ada', end, 3_000)(4_000)
  const sent = (ms: number, updatedMs: number | null = null): ArchiveRow => ({
    ...row(firstIdAt(ms), {
      updated_at: updatedMs === null ? null : new Date(updatedMs).toISOString(),
    }),
    is_deleted: false,
  })
  expect(findForbidden([sent(1_500), sent(1_500, 1_900), sent(5_000, 6_000)], times)).toEqual([])
  const forbidden = [sent(2_500), sent(4_500), sent(1_600, 2_600)]
  expect(findForbidden(forbidden, times)).toEqual([
    `${firstIdAt(2_500)} was sent under a mute`,
    `${firstIdAt(4_500)} was sent under a mute`,
    `${firstIdAt(4_500)} was sent under a ban`,
    `${firstIdAt(1_600)} was edited under a mute`,
  ])
  // Its text is gone, and with it the time of the edit.
  expect(findForbidden([{ ...sent(1_600, 2_600), is_deleted: true }], times)).toEqual([])
})

test('the list of online users is wrong with a missing user, a user who left, or a user twice', () => {
  expect(compareOnline(['ada', 'bob'], ['bob', 'ada'])).toEqual([])
  expect(compareOnline(['ada', 'bob'], ['ada', 'ada', 'eve'])).toEqual([
    'online users: ada twice',
    'online users: bob is missing',
    'online users: eve has left',
  ])
})
