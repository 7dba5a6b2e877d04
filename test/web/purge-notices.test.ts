import { describe, expect, test } from 'vitest'
import type { ChatMessage } from '../../src/client/state.ts'
import { isNotice, PurgeNotices } from '../../src/web/conversation/purge-notices.ts'
import { RowBuilder } from '../../src/web/conversation/rows.ts'
import { ada, pending, rowContext, sent } from './messages.ts'

/** The list as keys of messages and numbers of removed messages. */
function listed(purges: PurgeNotices, messages: ChatMessage[]): (string | number)[] {
  const rows = new RowBuilder().build(messages, { ...rowContext, breaksAfter: purges.idsAbove })
  return purges.insertInto(rows).map((row) => (isNotice(row) ? row.removed : row.key))
}

describe('the line of a purge', () => {
  test('is below the newest message that was left', () => {
    const purges = new PurgeNotices()
    purges.add(12, [sent(1), sent(2), pending('a')])
    expect(listed(purges, [sent(1), sent(2), sent(3), pending('a')])).toEqual([
      'm000001',
      'm000002',
      12,
      'm000003',
      'a',
    ])
  })

  test('stays in place when the message above it is deleted, and older ones are loaded', () => {
    const purges = new PurgeNotices()
    purges.add(3, [sent(5), sent(6)])
    expect(listed(purges, [sent(4), sent(5), sent(7)])).toEqual([
      'm000004',
      'm000005',
      3,
      'm000007',
    ])
  })

  test('is alone where nothing is left', () => {
    const purges = new PurgeNotices()
    purges.add(1_000, [])
    expect(listed(purges, [])).toEqual([1_000])
    expect(listed(purges, [sent(1)])).toEqual([1_000, 'm000001'])
  })

  test('counts several purges together, if there is no message between them', () => {
    const purges = new PurgeNotices()
    purges.add(2, [sent(1)])
    purges.add(3, [sent(1)])
    purges.add(4, [sent(1), sent(2)])
    expect(listed(purges, [sent(1), sent(2)])).toEqual(['m000001', 5, 'm000002', 4])
  })

  test('has a key that changes with its number', () => {
    const purges = new PurgeNotices()
    purges.add(2, [])
    const [before] = purges.insertInto([])
    purges.add(3, [])
    expect(purges.insertInto([])[0]?.key).not.toBe(before?.key)
  })

  test('ends the group above it', () => {
    const purges = new PurgeNotices()
    purges.add(2, [sent(1)])
    const context = { ...rowContext, breaksAfter: purges.idsAbove }
    const rows = new RowBuilder().build([sent(1), sent(2)], context)
    expect(rows.map(({ startsGroup }) => startsGroup)).toEqual([true, true])
    expect(rowContext.viewer.userId).toBe(ada.id)
  })

  test('leaves a list without purges as it is', () => {
    const rows = new RowBuilder().build([sent(1)], rowContext)
    expect(new PurgeNotices().insertInto(rows)).toBe(rows)
  })
})
