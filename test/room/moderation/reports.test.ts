import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { describe, expect, it } from 'vitest'
import type { AuditEntry, Report } from '../../../src/contract/moderation-records.ts'
import { erasedName } from '../../../src/contract/values.ts'
import {
  callAs,
  flushed,
  newPerson,
  type Person,
  Socket,
  say,
  sql,
  theRoom,
  trouble,
} from '../../support/chat.ts'
import { testClock } from '../../support/test-clock.ts'
import { callAsOperator, newModerator, outcomeOf, restrict } from './moderators.ts'

const hour = 3_600_000

const file = (person: Person, messageId: string, reason: string | null = null) =>
  callAs(person, 'POST', `/messages/${messageId}/report`, { reason })

type Reports = { reports: Report[]; next_cursor: string | null }

async function reportsOf(by: Person, status = 'open'): Promise<Report[]> {
  const answer = await callAs(by, 'GET', `/reports?status=${status}`)
  expect(answer.status).toBe(200)
  return ((await answer.json()) as Reports).reports
}

type Audit = { entries: AuditEntry[]; next_cursor: string | null }

const auditOf = async (path = '/audit'): Promise<Audit> =>
  (await callAsOperator('GET', path)).json()

describe('a report', () => {
  it('REPORT-1 reaches the moderators with the message as it is now, and nobody else learns of it', async () => {
    const [moderator, ada, bo] = [await newModerator(), await newPerson(), await newPerson()]
    const [ofModerator, ofAda] = [await Socket.join(moderator), await Socket.join(ada)]
    const message = await say(ada, 'rude')
    expect((await file(bo, message.id, 'Rude')).status).toBe(204)
    const filed = (await ofModerator.next('report_filed')).data
    expect(filed).toMatchObject({
      ...{ message_id: message.id, reason: 'Rude', status: 'open', reported_text: null },
      ...{ author: { id: ada.id }, reporter: { id: bo.id }, message: { content: 'rude' } },
    })
    await callAs(ada, 'PATCH', `/messages/${message.id}`, { content: 'kind' })
    const [report] = await reportsOf(moderator)
    expect(report).toEqual({ ...filed, message: expect.objectContaining({ content: 'kind' }) })
    await ofAda.settle()
    expect(ofAda.of('report_filed')).toEqual([])
  })

  it('REPORT-2 is one per person and message, and five an hour per person, also after an eviction', async () => {
    const [moderator, ada, bo] = [await newModerator(), await newPerson(), await newPerson()]
    const authors = [ada, await newPerson()]
    const ids: string[] = []
    for (const author of authors)
      for (const n of [1, 2, 3]) ids.push((await say(author, `${n}`)).id)
    for (const id of ids.slice(0, 5)) expect((await file(bo, id)).status).toBe(204)
    expect((await file(bo, ids[0] as string)).status).toBe(204)
    expect(
      (await reportsOf(moderator)).filter(({ reporter }) => reporter.id === bo.id),
    ).toHaveLength(5)
    await evictDurableObject(theRoom())
    const sixth = await file(bo, ids[5] as string)
    expect(Number(sixth.headers.get('retry-after'))).toBeGreaterThan(3_000)
    expect(await outcomeOf(sixth)).toBe('429 rate_limited')
    testClock.moveBy(hour + 1)
    expect((await file(bo, ids[5] as string)).status).toBe(204)
  })

  it('REPORT-3 of a message that does not exist is refused', async () => {
    const ada = await newPerson()
    expect(await outcomeOf(await file(ada, crypto.randomUUID()))).toBe('404 not_found')
    const gone = await say(ada, 'gone')
    await callAs(ada, 'DELETE', `/messages/${gone.id}`)
    expect(await outcomeOf(await file(ada, gone.id))).toBe('404 not_found')
  })

  it('REPORT-4 is closed and opened again, and its message may be gone by then', async () => {
    const [moderator, ada, bo] = [await newModerator(), await newPerson(), await newPerson()]
    const message = await say(ada, 'rude')
    await file(bo, message.id)
    const found = (await reportsOf(moderator)).find(({ message_id }) => message_id === message.id)
    const close = (status: string) =>
      callAs(moderator, 'PATCH', `/reports/${found?.id}`, { status })
    await callAs(moderator, 'DELETE', `/messages/${message.id}`)
    const closed = (await (await close('resolved')).json()) as Report
    expect(closed).toMatchObject({
      ...{ status: 'resolved', message: null, closed_by: { id: moderator.id } },
    })
    expect(closed.revision).toBeGreaterThan(found?.revision ?? 0)
    expect((await reportsOf(moderator)).map(({ id }) => id)).not.toContain(found?.id)
    expect((await reportsOf(moderator, 'resolved')).map(({ id }) => id)).toContain(found?.id)
    expect(await (await close('open')).json()).toMatchObject({ status: 'open', closed_by: null })
  })

  it('REPORT-5 shows a message that only Postgres has', async () => {
    const [moderator, ada, bo] = [await newModerator(), await newPerson(), await newPerson()]
    const message = await say(ada, 'archived')
    await file(bo, message.id)
    await flushed()
    await runInDurableObject(theRoom(), ({ components: { log, outbox } }) => {
      const keep = { messagesMin: 0, ageMinMs: 0, eventsMax: 0, stepMax: 10_000 }
      log.prune(testClock.now() + 1, outbox.flushedSeq, keep)
    })
    const report = (await reportsOf(moderator)).find(({ message_id }) => message_id === message.id)
    expect(report?.message).toMatchObject({ id: message.id, content: 'archived' })
  })

  it('REPORT-6 is in Postgres a moment later', async () => {
    const [ada, bo] = [await newPerson(), await newPerson()]
    const message = await say(ada, 'rude')
    await file(bo, message.id, 'Rude')
    await flushed()
    expect(
      await sql()`select author_id, reporter_id, reason, status, reported_text from reports
        where message_id = ${message.id}`,
    ).toEqual([
      {
        author_id: ada.id,
        reporter_id: bo.id,
        reason: 'Rude',
        status: 'open',
        reported_text: null,
      },
    ])
  })

  it('REPORT-8 of unknown messages are limited too, because each reads Postgres', async () => {
    const ada = await newPerson()
    const outcomes = new Set<string>()
    for (let n = 0; n < 21; n++) outcomes.add(await outcomeOf(await file(ada, crypto.randomUUID())))
    expect([...outcomes]).toEqual(['404 not_found', '429 rate_limited'])
  })

  it('REPORT-9 keeps no text of an erased author, whatever remains of the messages', async () => {
    const [moderator, ada, bo] = [await newModerator(), await newPerson(), await newPerson()]
    const message = await say(ada, 'rude')
    await file(bo, message.id)
    await runInDurableObject(theRoom(), ({ components: { reports } }) => {
      const report = reports.findOf(message.id, bo.id)
      if (report) reports.write({ ...report, reported_text: 'rude' })
    })
    await theRoom().erase(ada.id, 'keep')
    const report = (await reportsOf(moderator)).find(({ message_id }) => message_id === message.id)
    expect(report).toMatchObject({ reported_text: null, author: { username: erasedName } })
  })

  it('REPORT-7 loses name and reason of a reporter whose account was erased', async () => {
    const [moderator, ada, bo] = [await newModerator(), await newPerson(), await newPerson()]
    const message = await say(ada, 'rude')
    await file(bo, message.id, 'I am bo')
    await theRoom().erase(bo.id, 'delete')
    const report = (await reportsOf(moderator)).find(({ message_id }) => message_id === message.id)
    expect(JSON.stringify(report)).not.toContain(bo.username)
    expect(report?.reason).toBeNull()
  })
})

describe('the audit log', () => {
  it('AUDIT-1 says who did what, whom, why and until when, and never a text', async () => {
    const [moderator, ada] = [await newModerator(), await newPerson()]
    const message = await say(ada, 'secret words')
    const until = new Date(testClock.now() + hour).toISOString()
    await restrict(moderator, 'mute', ada, { until, reason: 'Noise' })
    await callAs(moderator, 'DELETE', `/messages/${message.id}`)
    await callAs(moderator, 'PATCH', '/room', { announcement: 'secret words', slow_mode_ms: 1_000 })
    await callAsOperator('PUT', '/room/words', { terms: ['secret'] })
    const { entries } = await auditOf()
    const by = { id: moderator.id, username: moderator.username }
    const target = { id: ada.id, username: ada.username }
    const rest = { message_id: null, reason: null, until: null, target: null }
    expect(entries.slice(0, 4).map(({ id, at, ...entry }) => entry)).toEqual([
      { ...rest, action: 'change_words', by: null, details: { terms: 1 } },
      { ...rest, action: 'change_room', by, details: { announcement: true, slow_mode_ms: 1_000 } },
      { ...rest, action: 'delete_message', by, target, message_id: message.id, details: {} },
      { ...rest, action: 'mute', by, target, until, reason: 'Noise', details: {} },
    ])
    expect(JSON.stringify(entries)).not.toContain('secret')
    await callAsOperator('PUT', '/room/words', { terms: [] })
    await callAsOperator('PATCH', '/room', { announcement: null, slow_mode_ms: 0 })
  })

  it('AUDIT-2 has pages, from the room and from Postgres, without gaps or repeats', async () => {
    const ada = await newPerson()
    for (let n = 0; n < 30; n++) await callAsOperator('PATCH', '/room', { slow_mode_ms: 1_000 + n })
    await flushed()
    // The room keeps only the latest entries.
    await runInDurableObject(theRoom(), ({ components: { auditLog } }) =>
      auditLog.removeOld(testClock.now() + 1),
    )
    for (let n = 0; n < 30; n++) await callAsOperator('PATCH', '/room', { slow_mode_ms: 2_000 + n })
    const seen: unknown[] = []
    let cursor: string | null = ''
    do {
      const page: Audit = await auditOf(`/audit?cursor=${cursor}`)
      expect(page.entries.length).toBeLessThanOrEqual(50)
      seen.push(...page.entries.map(({ details }) => details.slow_mode_ms))
      cursor = page.next_cursor
    } while (cursor !== null)
    const expected = [...Array(30).keys()].reverse()
    expect(seen.slice(0, 60)).toEqual([
      ...expected.map((n) => 2_000 + n),
      ...expected.map((n) => 1_000 + n),
    ])
    expect(ada.id).toBeTruthy()
    await callAsOperator('PATCH', '/room', { slow_mode_ms: 0 })
  })

  it('AUDIT-3 shows what the room has while Postgres is away', async () => {
    await callAsOperator('PATCH', '/room', { slow_mode_ms: 3_000 })
    await trouble({ part: 'postgres', fault: 'refuse' })
    await callAsOperator('PATCH', '/room', { slow_mode_ms: 0 })
    expect((await auditOf()).entries[0]?.details).toEqual({ slow_mode_ms: 0 })
    await trouble({ part: 'postgres' })
  })

  it('AUDIT-4 loses the name of an erased account', async () => {
    const [moderator, ada] = [await newModerator(), await newPerson()]
    await restrict(moderator, 'mute', ada)
    await theRoom().erase(ada.id, 'keep')
    expect(JSON.stringify((await auditOf()).entries)).not.toContain(ada.username)
  })
})
