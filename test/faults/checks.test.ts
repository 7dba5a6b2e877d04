// The checks of the campaign must be able to fail: each is shown what it exists to find.

import { describe, expect, test } from 'vitest'
import {
  type ArchiveRow,
  compareArchive,
  compareOnline,
  compareTaken,
  compareView,
  findDeleted,
  type Row,
  type Taken,
} from './checks.ts'
import { Figures, percentile } from './figures.ts'
import { Random } from './random.ts'
import { View } from './view.ts'
import type { Message } from './wire.ts'

const ids = ['a1', 'a2', 'a3', 'a4']

function row(id: string, change: Partial<Row> = {}): Row {
  return { id, user_id: 'ada', content: `c-${id}: hello`, revision: 1, updated_at: null, ...change }
}

const truth = ids.map((id) => row(id))
const [first, second, third, fourth] = truth as [Row, Row, Row, Row]
const archive: ArchiveRow[] = truth.map((kept) => ({ ...kept, is_deleted: false }))
const taken: Taken[] = ids.map((id) => ({
  id,
  client_id: `c-${id}`,
  user_id: 'ada',
  deleted: false,
}))

describe('a view against the history', () => {
  test('that is the same is not blamed', () => {
    expect(compareView('ada', truth, truth)).toEqual([])
    expect(compareView('ada', truth, truth.slice(2), 'a3')).toEqual([])
  })

  test.each<[string, Row[], string[]]>([
    ['a lost message', [first, third, fourth], ['ada lacks a2: lost']],
    ['a doubled message', [first, second, second, third, fourth], ['ada shows a2 twice']],
    ['swapped messages', [first, third, second, fourth], ['ada shows a2 after a3: out of order']],
    [
      'an undeleted message',
      [...truth, row('a5')],
      ['ada shows a5, which is not (or no longer) there'],
    ],
    [
      'an edit that did not arrive',
      [first, second, third, row('a4', { content: 'old', revision: 2 })],
      ['ada: content of a4 is old, not c-a4: hello', 'ada: revision of a4 is 2, not 1'],
    ],
  ])('reports %s', (_name, shown, wrong) => {
    expect(compareView('ada', truth, shown)).toEqual(wrong)
  })

  test('reports what is lost above the horizon', () => {
    expect(compareView('ada', truth, [fourth], 'a3')).toEqual(['ada lacks a3: lost'])
  })
})

describe('the archive', () => {
  test('that has everything is not blamed', () => {
    expect(compareArchive(truth, archive)).toEqual([])
    expect(compareTaken(taken, archive)).toEqual([])
  })

  const blank = { ...archive[3], content: '', is_deleted: true } as ArchiveRow
  const rest = archive.slice(0, 3)

  test('may hold deleted rows without a text', () => {
    const deleted = taken.map((one) => ({ ...one, deleted: one.id === 'a4' }))
    expect(compareArchive(truth.slice(0, 3), [...rest, blank])).toEqual([])
    expect(compareTaken(deleted, [...rest, blank])).toEqual([])
  })

  test('is blamed for a text that it kept', () => {
    const telling = { ...blank, content: 'c-a4: hello' }
    expect(compareArchive(truth.slice(0, 3), [...rest, telling])).toEqual([
      'Postgres has the text of the deleted a4',
    ])
  })

  test.each<[string, ArchiveRow[], RegExp]>([
    ['a lost message', rest, /^c-a4 was accepted as a4 and is nowhere: lost$/],
    ['a message nobody made', [...archive, { ...blank, id: 'a5' }], /^a5 is there and nobody/],
    ['one deleted by nobody', [...rest, blank], /^a4 is deleted though nobody asked$/],
  ])('is blamed for %s', (_name, rows, wrong) => {
    expect(compareTaken(taken, rows)).toEqual([expect.stringMatching(wrong)])
  })

  test('is blamed for a client_id that made two messages', () => {
    const twice = { ...archive[0], id: 'a5' } as ArchiveRow
    expect(compareTaken(taken, [...archive, twice])).toContain('ada c-a1 made a1 and a5: doubled')
  })

  test('is blamed for a deletion that did not last', () => {
    const deleted = taken.map((one) => ({ ...one, deleted: one.id === 'a4' }))
    expect(compareTaken(deleted, archive)).toEqual(['a4 is not deleted'])
    expect(findDeleted('Postgres', deleted, archive)).toEqual([
      'Postgres holds the deleted text of a4',
    ])
  })
})

test('who is online is blamed for who is missing, too much or twice', () => {
  expect(compareOnline(['ada', 'bob'], ['bob', 'ada'])).toEqual([])
  expect(compareOnline(['ada', 'bob'], ['ada', 'ada', 'eve'])).toEqual([
    'who is online: ada twice',
    'who is online: bob is missing',
    'who is online: eve is not here',
  ])
})

test('a view keeps the higher revision, in whatever order things come', () => {
  const view = new View()
  const message: Message = { ...row('a1'), username: 'Ada', is_deleted: false }
  view.edit({ message_id: 'a1', content: 'new', updated_at: 'now', revision: 2 })
  view.put(message)
  view.put({ ...message, id: 'a0' })
  view.remove({ message_id: 'a2', revision: 2 })
  view.put({ ...message, id: 'a2' })
  view.edit({ message_id: 'a1', content: 'older', updated_at: 'then', revision: 1 })
  expect(view.shown().map(({ id, content }) => [id, content])).toEqual([
    ['a0', 'c-a1: hello'],
    ['a1', 'new'],
  ])
})

test('chance repeats itself, and the figures add up', () => {
  const draws = () => Array.from({ length: 5 }, new Random(7, 3).next, new Random(7, 3))
  expect(draws()).toEqual(draws())
  expect(new Random(7, 3).next()).not.toBe(new Random(7, 4).next())
  expect(percentile([5, 1, 4, 2, 3], 0.5)).toBe(3)
  const figures = new Figures(['lost'])
  figures.count('kills')
  figures.time('recovery', 1_234)
  expect(figures.table()).toContain('| lost | 0 |\n| kills | 1 |')
  expect(figures.table()).toContain('| recovery (1) | 1 234 | 1 234 | 1 234 |')
})
