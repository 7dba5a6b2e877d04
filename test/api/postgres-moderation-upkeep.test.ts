// Reads of single people, messages and the audit log, and what the archive forgets of moderation.

import { sql } from 'drizzle-orm'
import { beforeEach, describe, expect, test } from 'vitest'
import { erasedName } from '../../src/contract/values.ts'
import { readAudit } from '../../src/postgres/audit.ts'
import { findMember, findProfile } from '../../src/postgres/members.ts'
import { findMessages } from '../../src/postgres/messages.ts'
import { tidyModeration } from '../../src/postgres/moderation.ts'
import { eraseAccount } from '../../src/postgres/own-account.ts'
import { insertPlaceholders } from '../../src/postgres/rearchive.ts'
import { eraseReportTexts } from '../../src/postgres/reports.ts'
import * as archive from './moderation-archive.ts'

const { auditEntry, dayMs, db, idAt, message, messageOf, newMember, now, purge } = archive
const { report, restriction, rowsOf, write } = archive

beforeEach(archive.emptyModeration)

const tidy = (days: { auditDays?: number; reportDays?: number; snapshotDays?: number } = {}) =>
  tidyModeration(db, { now, auditDays: 30, reportDays: 30, snapshotDays: 30, ...days })

/** Sets when rows were written, which Postgres reads from its own clock. */
const changedAt = (table: 'restrictions' | 'reports', ms: number) =>
  db.execute(
    sql`update ${sql.identifier(table)} set changed_at = ${new Date(ms).toISOString()}::timestamptz`,
  )

const idsOf = async (table: 'audit' | 'reports') => (await rowsOf(table, 'id')).map(({ id }) => id)

describe('tidying', () => {
  test('deletes old entries of the audit log', async () => {
    const [old, kept] = [idAt(now - 7 * dayMs - 1), idAt(now - 7 * dayMs)]
    await write(auditEntry({ id: old }), auditEntry({ id: kept }))
    await tidy({ auditDays: 8 })
    expect(await idsOf('audit')).toEqual([old, kept])
    await tidy({ auditDays: 7 })
    expect(await idsOf('audit')).toEqual([kept])
  })

  test('deletes reports that were closed long ago, and no open one', async () => {
    const open = report()
    await write(open, report({ status: 'resolved' }), report({ status: 'dismissed' }))
    await changedAt('reports', now - 30 * dayMs)
    await tidy()
    expect(await idsOf('reports')).toHaveLength(3)
    await changedAt('reports', now - 30 * dayMs - 1)
    await tidy()
    expect(await idsOf('reports')).toEqual([open.state.id])
  })

  test('removes old texts of reports, also the newest if none is kept', async () => {
    await write(report({ id: idAt(now - 2 * dayMs - 1) }), report({ id: idAt(now + dayMs) }))
    const texts = async () => (await rowsOf('reports', 'id')).map((row) => row.reported_text)
    await tidy({ snapshotDays: 2 })
    expect(await texts()).toEqual([null, 'Buy this'])
    await tidy({ snapshotDays: 0 })
    expect(await texts()).toEqual([null, null])
  })

  test('deletes restrictions a day after their last change, if they are over', async () => {
    const over = { until: now, reason: null }
    const active = [
      restriction({ mute: { until: now + 1, reason: null }, ban: over }),
      restriction({ ban: { until: null, reason: null } }),
    ]
    await write(...active, restriction({ mute: over }), restriction({}))
    await changedAt('restrictions', now - dayMs)
    await tidy()
    expect(await rowsOf('restrictions', 'user_id')).toHaveLength(4)
    await changedAt('restrictions', now - dayMs - 1)
    await tidy()
    const left = (await rowsOf('restrictions', 'user_id')).map(({ user_id }) => user_id)
    expect(left).toEqual(active.map(({ state }) => state.user_id).sort())
  })

  test('deletes purges that were done more than a day ago', async () => {
    await write(
      purge({ revision: 1, at: now - dayMs - 1 }),
      purge({ revision: 2, at: now - dayMs - 1 }),
      purge({ revision: 3, at: now - dayMs }),
    )
    await db.execute(sql`update purges set is_done = true where revision <> 2`)
    await tidy()
    expect((await rowsOf('purges', 'revision')).map(({ revision }) => revision)).toEqual(['2', '3'])
  })
})

describe('a page of the audit log', () => {
  test('has the newest entries first, with the names of people', async () => {
    const [by, target] = [await newMember(), await newMember()]
    const entries = [
      auditEntry({ id: idAt(now) }).state,
      auditEntry({
        id: idAt(now + 1),
        action: 'ban',
        by_id: by.id,
        target_id: target.id,
        reason: 'Spam',
        until: now + dayMs,
        details: { purged: true },
      }).state,
      auditEntry({ id: idAt(now + 2), by_id: crypto.randomUUID(), target_id: target.id }).state,
    ] as const
    await write(...entries.map((state) => ({ kind: 'audit', state }) as const))
    const [first, second, third] = entries

    expect(await readAudit(db, { below: null, limit: 2 })).toEqual([
      { ...third, by_name: erasedName, target_name: target.username },
      { ...second, by_name: by.username, target_name: target.username },
    ])
    expect(await readAudit(db, { below: second.id, limit: 2 })).toEqual([
      { ...first, by_name: null, target_name: null },
    ])
  })
})

describe('an erased account', () => {
  test('leaves no text in reports about its messages, and none is written later', async () => {
    const [author, other] = [await newMember(), await newMember()]
    const [about, notAbout, late] = [
      report({ author_id: author.id }),
      report({ author_id: other.id, reporter_id: author.id }),
      report({ author_id: author.id }),
    ]
    await write(about, notAbout)
    await eraseAccount(db, author.id, now)
    await write(about, late)
    const texts = new Map((await rowsOf('reports', 'id')).map((row) => [row.id, row.reported_text]))
    expect(texts).toEqual(
      new Map([
        [about.state.id, null],
        [notAbout.state.id, 'Buy this'],
        [late.state.id, null],
      ]),
    )
    await eraseReportTexts(db, other.id)
    expect((await rowsOf('reports', 'id')).map((row) => row.reported_text)).toEqual([
      null,
      null,
      null,
    ])
  })

  test('is no person any more, like a placeholder and an unknown id', async () => {
    const [erased, unknown] = [await newMember(), { id: crypto.randomUUID(), username: 'unknown' }]
    await eraseAccount(db, erased.id, now)
    await db.execute(insertPlaceholders([unknown]))
    for (const id of [erased.id, unknown.id, crypto.randomUUID()]) {
      expect(await findProfile(db, id)).toBeUndefined()
      expect(await findMember(db, id)).toBeUndefined()
    }
  })
})

test('a person is found by the id', async () => {
  const person = await newMember()
  expect(await findMember(db, person.id)).toEqual(person)
  const profile = await findProfile(db, person.id)
  expect(profile).toEqual({ ...person, created_at: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/) })
})

test('messages are found by their ids, deleted ones too', async () => {
  const author = await newMember()
  const [kept, deleted] = [
    messageOf(author),
    messageOf(author, { content: '', is_deleted: true, revision: 2, updated_at: now + 5 }),
  ]
  await write(message(kept), message(deleted), message(messageOf(author)))
  const found = await findMessages(db, [kept.id, deleted.id, crypto.randomUUID()])
  expect(new Map(found.map((state) => [state.id, state]))).toEqual(
    new Map([kept, deleted].map((state) => [state.id, state])),
  )
  expect(await findMessages(db, [])).toEqual([])
})
