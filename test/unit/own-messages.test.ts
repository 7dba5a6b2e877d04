import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { KeptMessage } from '../../src/domain/message.ts'
import { mergeOwn } from '../../src/domain/own-messages.ts'

const row = (id: number, revision = 1): KeptMessage => ({
  id: String(id).padStart(4, '0'),
  user_id: 'ada',
  username: 'Ada',
  content: `${id}.${revision}`,
  updated_at: null,
  is_deleted: false,
  revision,
  client_id: null,
})

/** Everything that is read, page by page, as `id.revision`. */
function read(unwritten: KeptMessage[], archived: KeptMessage[], limit = 2): string[] {
  const found: KeptMessage[] = []
  let above: string | null = ''
  while (above !== null) {
    const from: string = above
    const next = (rows: KeptMessage[]) => rows.filter(({ id }) => id > from).slice(0, limit)
    const page = mergeOwn({ unwritten: next(unwritten), archived: next(archived) }, limit)
    found.push(...page.messages)
    above = page.end
  }
  return found.map(({ content }) => content)
}

describe('all messages of one person', () => {
  test('are those of the archive while the room has nothing to add', () => {
    expect(read([], [row(1), row(2), row(3)])).toEqual(['1.1', '2.1', '3.1'])
    expect(read([], [])).toEqual([])
  })

  test('are those of the room alone where nothing was written yet', () => {
    expect(read([row(1), row(2)], [])).toEqual(['1.1', '2.1'])
  })

  test('are each the newer of two states', () => {
    const archived = [row(1), row(2, 5), row(3)]
    expect(read([row(1, 2), row(2, 4)], archived)).toEqual(['1.2', '2.5', '3.1'])
  })

  test('come in the order of ids, wherever they are', () => {
    const unwritten = [row(1), row(4), row(6), row(9)]
    const archived = [row(2), row(5), row(6), row(8)]
    expect(read(unwritten, archived)).toEqual([
      ...['1.1', '2.1', '4.1', '5.1', '6.1', '8.1', '9.1'],
    ])
  })

  test('are each there once, at the higher revision, in order', () => {
    const states = fc.dictionary(
      fc.integer({ min: 1, max: 60 }).map(String),
      fc.integer({ min: 1, max: 3 }),
    )
    fc.assert(
      fc.property(states, states, fc.integer({ min: 1, max: 9 }), (ours, theirs, pageRows) => {
        const rows = (of: Record<string, number>) =>
          Object.entries(of)
            .map(([id, revision]) => row(Number(id), revision))
            .sort((a, b) => (a.id < b.id ? -1 : 1))
        const ids = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])].map(Number)
        const expected = ids
          .sort((a, b) => a - b)
          .map((id) => `${id}.${Math.max(ours[id] ?? 0, theirs[id] ?? 0)}`)
        expect(read(rows(ours), rows(theirs), pageRows)).toEqual(expected)
      }),
    )
  })
})
