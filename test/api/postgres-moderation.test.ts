// Writes of moderation to the archive, and what a room without storage reads of it.

import { beforeEach, describe, expect, test } from 'vitest'
import type { Room } from '../../src/contract/moderation.ts'
import { erasedName } from '../../src/contract/values.ts'
import { initialRoom, type StoredWords } from '../../src/domain/moderation.ts'
import { bytesOf } from '../../src/postgres/archive.ts'
import { findMessage } from '../../src/postgres/messages.ts'
import { readModeration } from '../../src/postgres/moderation.ts'
import { purgeMessages } from '../../src/postgres/purges.ts'
import * as archive from './moderation-archive.ts'

const { auditEntry, db, idAt, message, messageOf, newMember, now, purge } = archive
const { report, restriction, rowsOf, write } = archive

const room = (state: Partial<Room>) =>
  ({ kind: 'room', state: { ...initialRoom, ...state } }) as const
const words = (state: StoredWords) => ({ kind: 'words', state }) as const

beforeEach(archive.emptyModeration)

describe('an upsert of moderation', () => {
  test('of every kind is read back exactly', async () => {
    const [author, reporter] = [await newMember(), await newMember()]
    const pinned = messageOf(author, { content: 'Quote " and \\ and 👩‍👩‍👧' })
    const rows = {
      message: message(pinned),
      purge: purge({ revision: 5, user_id: author.id, at: now + 123 }),
      room: room({ announcement: 'Line\nbreak', posting: 'established', revision: 4 }),
      restriction: restriction({
        user_id: author.id,
        mute: { until: now + 1, reason: null },
        ban: { until: null, reason: 'Spam' },
        revision: 7,
      }),
      words: words({ terms: ['spam', '*casino*'], revision: 6 }),
      report: report({ author_id: author.id, reporter_id: reporter.id, revision: 2 }),
      audit: auditEntry({
        by_id: author.id,
        until: 253_402_304_399_999,
        details: { n: 1, b: true },
      }),
    }
    await write(...Object.values(rows))
    expect(await readModeration(db, now)).toEqual({
      room: rows.room.state,
      pinned: rows.room.state.pins.length === 0 ? [] : expect.any(Array),
      restrictions: [{ ...rows.restriction.state, username: author.username }],
      words: rows.words.state,
      reports: [
        {
          ...rows.report.state,
          author_name: author.username,
          reporter_name: reporter.username,
          closed_by_name: null,
        },
      ],
      purges: [rows.purge.state],
      revision: 7,
    })
    const { until, ...entry } = rows.audit.state
    expect(await rowsOf('audit', 'id')).toEqual([{ ...entry, until: String(until) }])
  })

  test('changes nothing when it is repeated', async () => {
    const rows = [purge(), room({ revision: 1 }), restriction({}), report(), auditEntry()]
    await write(...rows, words({ terms: [], revision: 1 }))
    const before = await readModeration(db, now)
    const audit = await rowsOf('audit', 'id')
    await write(...rows, words({ terms: [], revision: 1 }))
    expect(await readModeration(db, now)).toEqual(before)
    expect(await rowsOf('audit', 'id')).toEqual(audit)
  })

  test.each([
    ['later', [1, 2]],
    ['earlier', [2, 1]],
  ])('of a higher revision wins, even if it is written %s', async (_, revisions) => {
    const person = crypto.randomUUID()
    const filed = report().state
    for (const revision of revisions) {
      const reason = `revision ${revision}`
      await write(
        room({ announcement: reason, revision }),
        restriction({ user_id: person, ban: { until: null, reason }, revision }),
        words({ terms: [reason], revision }),
        report({ ...filed, reason, revision }),
      )
    }
    expect(await readModeration(db, now)).toMatchObject({
      room: { announcement: 'revision 2', revision: 2 },
      restrictions: [{ ban: { reason: 'revision 2' }, revision: 2 }],
      words: { terms: ['revision 2'], revision: 2 },
      reports: [{ reason: 'revision 2', revision: 2 }],
    })
  })

  test('of a report without its text removes the text, and no later one brings it back', async () => {
    const filed = report().state
    await write(report(filed))
    await write(report({ ...filed, reported_text: null }))
    await write(report({ ...filed, revision: 2 }))
    expect(await rowsOf('reports', 'id')).toMatchObject([{ reported_text: null, revision: '2' }])
  })

  test('counts the bytes of a row as JSON within JSON', () => {
    const row = words({ terms: ['"'], revision: 1 })
    expect(bytesOf(row)).toBe(JSON.stringify(JSON.stringify(row.state)).length)
  })
})

describe('the moderation that a new log restores', () => {
  test('is empty at first', async () => {
    expect(await readModeration(db, now)).toEqual({
      ...{ room: null, pinned: [], restrictions: [], words: null, reports: [], purges: [] },
      revision: 0,
    })
  })

  test('has all restrictions, and counts the revisions of all', async () => {
    const [muted, banned] = [`0${crypto.randomUUID().slice(1)}`, `f${crypto.randomUUID().slice(1)}`]
    const over = { until: now, reason: null }
    await write(
      restriction({ user_id: muted, mute: { until: now + 1, reason: null }, ban: over }),
      restriction({ user_id: banned, mute: over, ban: { until: null, reason: null } }),
      restriction({ mute: over, revision: 8 }),
      restriction({ revision: 9 }),
    )
    const { restrictions, revision } = await readModeration(db, now)
    const held = restrictions.map(({ user_id }) => user_id)
    expect(held).toEqual(expect.arrayContaining([muted, banned]))
    // Those that are over or were lifted are there too: an older copy of the room may not know it.
    expect(held).toHaveLength(4)
    expect(restrictions[0]?.username).toBe(erasedName)
    expect(revision).toBe(9)
  })

  test('has the newest 2,000 reports that are open or of the last month', async () => {
    const month = 31 * 24 * 60 * 60_000
    const ids = Array.from({ length: 2_001 }, (_, index) => idAt(now - month + index))
    const closed = report({ id: idAt(now - 1_000), status: 'resolved' })
    const closedLongAgo = report({ id: idAt(now - month + 9_000), status: 'resolved' })
    await write(...ids.map((id) => report({ id })), closed, closedLongAgo)
    const { reports } = await readModeration(db, now)
    const expected = [closed.state.id, ...ids.slice(2).reverse()]
    expect(reports.map(({ id }) => id)).toEqual(expected)
    expect(reports[0]).toMatchObject({ author_name: erasedName, reporter_name: erasedName })
  })
})

describe('a purge', () => {
  const contentsOf = async () =>
    (await rowsOf('messages', 'id')).map(({ content, is_deleted }) => (is_deleted ? null : content))

  test('deletes messages step by step, and no others', async () => {
    const [author, other] = [await newMember(), await newMember()]
    const ids = [1, 2, 3, 4, 5, 6].map((at) => idAt(now + at))
    const own = ids.map((id, index) => messageOf(author, { id, content: `${index + 1}` }))
    const between = messageOf(other, { id: idAt(now + 3), content: 'other' })
    await write(...[...own, between].map(message))
    const [, from_id = '', , , to_id = ''] = ids
    const { state } = purge({ user_id: author.id, from_id, to_id })

    expect(await purgeMessages(db, state, 3)).toBe(true)
    expect((await contentsOf()).filter((content) => content === null)).toHaveLength(3)
    expect(await rowsOf('purges', 'revision')).toEqual([])

    expect(await purgeMessages(db, state, 3)).toBe(false)
    expect((await contentsOf()).filter((content) => content !== null).sort()).toEqual([
      ...['1', '6', 'other'],
    ])
    expect(await rowsOf('purges', 'revision')).toMatchObject([{ is_done: true }])

    const purged = await findMessage(db, state.from_id)
    expect(purged).toMatchObject({ content: '', is_deleted: true, revision: 2 })
    expect(await purgeMessages(db, state, 3)).toBe(false)
    expect(await findMessage(db, state.from_id)).toEqual(purged)
  })

  test('changes a message later than its last change, and not before the purge', async () => {
    const author = await newMember()
    const early = messageOf(author, { id: idAt(now - 10) })
    const late = messageOf(author, { updated_at: now + 50, revision: 4 })
    await write(message(early), message(late))
    await purgeMessages(db, purge({ user_id: author.id, at: now }).state, 10)
    expect(await findMessage(db, early.id)).toMatchObject({ updated_at: now, revision: 2 })
    expect(await findMessage(db, late.id)).toMatchObject({ updated_at: now + 51, revision: 5 })
  })

  test('that is done is restored too, and stays done if it is written again', async () => {
    const [done, open] = [purge({ revision: 1 }), purge({ revision: 2 })]
    await write(done, open)
    expect(await purgeMessages(db, done.state, 10)).toBe(false)
    await write(done, open)
    expect(await readModeration(db, now)).toMatchObject({
      ...{ purges: [done.state, open.state], revision: 2 },
    })
    const flags = await rowsOf('purges', 'revision')
    expect(flags.map(({ is_done }) => is_done)).toEqual([true, false])
  })
})
